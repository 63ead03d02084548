// SPDX-License-Identifier: MIT

// What CRI-O hands to the OCI runtime for each profile of stdin, a line each, in a container
// whose bounding set holds the capabilities that are the arguments. By CRI-O's own loader.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/containers/common/pkg/seccomp"
	specs "github.com/opencontainers/runtime-spec/specs-go"
)

func number(n *uint) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

func describe(out *specs.LinuxSeccomp) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s [", out.DefaultAction, number(out.DefaultErrnoRet))
	seen := map[specs.Arch]bool{}
	for _, arch := range out.Architectures {
		if !seen[arch] {
			fmt.Fprintf(&b, " %s", arch)
		}
		seen[arch] = true
	}
	b.WriteString(" ]")
	for _, rule := range out.Syscalls {
		fmt.Fprintf(&b, " {%s %s %s", strings.Join(rule.Names, ","), rule.Action, number(rule.ErrnoRet))
		for _, arg := range rule.Args {
			fmt.Fprintf(&b, " %d:%s:%d:%d", arg.Index, arg.Op, arg.Value, arg.ValueTwo)
		}
		b.WriteString("}")
	}
	return b.String()
}

func main() {
	caps := &specs.LinuxCapabilities{Bounding: os.Args[1:]}
	spec := &specs.Spec{Process: &specs.Process{Capabilities: caps}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		out, err := seccomp.LoadProfileFromBytes(lines.Bytes(), spec)
		switch {
		case err != nil:
			fmt.Println("refused")
		case out == nil:
			fmt.Println("unconfined")
		default:
			fmt.Println(describe(out))
		}
	}
}
