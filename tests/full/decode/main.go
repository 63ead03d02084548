// SPDX-License-Identifier: MIT

// What encoding/json reads in profiles: texts come in on standard input, each after its length
// (decimal, newline); for each, one line goes out: the values, or "refused".
//
// The structures have the fields, types and tags of the OCI runtime specification (specs-go,
// LinuxSeccomp: containerd) and of the dialect that CRI-O reads; CRI-O's loop over it, which a
// null element would make panic, is walked as well.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

type arg struct {
	Index    uint   `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo,omitempty"`
	Op       string `json:"op"`
}

type syscall struct {
	Names    []string `json:"names"`
	Action   string   `json:"action"`
	ErrnoRet *uint    `json:"errnoRet,omitempty"`
	Args     []arg    `json:"args,omitempty"`
}

type seccomp struct {
	DefaultAction    string    `json:"defaultAction"`
	DefaultErrnoRet  *uint     `json:"defaultErrnoRet,omitempty"`
	Architectures    []string  `json:"architectures,omitempty"`
	Flags            []string  `json:"flags,omitempty"`
	ListenerPath     string    `json:"listenerPath,omitempty"`
	ListenerMetadata string    `json:"listenerMetadata,omitempty"`
	Syscalls         []syscall `json:"syscalls,omitempty"`
}

type filter struct {
	Caps   []string `json:"caps,omitempty"`
	Arches []string `json:"arches,omitempty"`
}

type dialectSyscall struct {
	Name     string   `json:"name,omitempty"`
	Names    []string `json:"names,omitempty"`
	Action   string   `json:"action"`
	Args     []*arg   `json:"args"`
	Comment  string   `json:"comment"`
	Includes filter   `json:"includes"`
	Excludes filter   `json:"excludes"`
	ErrnoRet *uint    `json:"errnoRet,omitempty"`
	Errno    string   `json:"errno,omitempty"`
}

type architecture struct {
	Arch      string   `json:"architecture"`
	SubArches []string `json:"subArchitectures"`
}

type dialect struct {
	DefaultAction    string            `json:"defaultAction"`
	DefaultErrnoRet  *uint             `json:"defaultErrnoRet,omitempty"`
	DefaultErrno     string            `json:"defaultErrno,omitempty"`
	Architectures    []string          `json:"architectures,omitempty"`
	ArchMap          []architecture    `json:"archMap,omitempty"`
	Syscalls         []*dialectSyscall `json:"syscalls"`
	Flags            []string          `json:"flags,omitempty"`
	ListenerPath     string            `json:"listenerPath,omitempty"`
	ListenerMetadata string            `json:"listenerMetadata,omitempty"`
}

func number(n *uint) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

func one(out *strings.Builder, names []string, action string, errno *uint, args []arg) {
	fmt.Fprintf(out, " rule %x %s", action, number(errno))
	for _, name := range names {
		fmt.Fprintf(out, " %x", name)
	}
	for _, a := range args {
		fmt.Fprintf(out, " arg %d %d %d %x", a.Index, a.Value, a.ValueTwo, a.Op)
	}
}

func containerd(text []byte) string {
	var s seccomp
	var out strings.Builder

	if json.Unmarshal(text, &s) != nil {
		return "refused"
	}
	fmt.Fprintf(&out, "%x %s", s.DefaultAction, number(s.DefaultErrnoRet))
	for _, a := range s.Architectures {
		fmt.Fprintf(&out, " arch %x", a)
	}
	for _, r := range s.Syscalls {
		one(&out, r.Names, r.Action, r.ErrnoRet, r.Args)
	}
	return out.String()
}

func crio(text []byte) (line string) {
	var s dialect
	var out strings.Builder

	defer func() {
		if recover() != nil {
			line = "panic"
		}
	}()
	if json.Unmarshal(text, &s) != nil {
		return "refused"
	}
	fmt.Fprintf(&out, "%x %s", s.DefaultAction, number(s.DefaultErrnoRet))
	for _, a := range s.Architectures {
		fmt.Fprintf(&out, " arch %x", a)
	}
	for _, r := range s.Syscalls {
		names := r.Names
		if r.Name != "" {
			names = append([]string{r.Name}, names...)
		}
		args := []arg{}
		for _, a := range r.Args {
			args = append(args, *a)
		}
		one(&out, names, r.Action, r.ErrnoRet, args)
	}
	return out.String()
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var length int
		if _, err := fmt.Fscanf(in, "%d\n", &length); err != nil {
			return
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			fmt.Fprintln(os.Stderr, "decode:", err)
			os.Exit(1)
		}
		fmt.Fprintln(out, containerd(text))
		fmt.Fprintln(out, crio(text))
	}
}
