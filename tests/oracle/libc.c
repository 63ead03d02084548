/* SPDX-License-Identifier: MIT */
/* Linked statically with a libc: whether such a program starts under a profile at all. */
int main(void)
{
	return 43;
}
