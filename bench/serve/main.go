package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

var experiments = []struct {
	name string
	run  func(*stage, *goals) error
}{
	{"first", benchFirst},
	{"memory", benchMemory},
	{"slow", benchSlow},
	{"idle", benchIdle},
}

func main() {
	if beRole() {
		return
	}
	only := flag.String("only", "", "experiments, separated by commas: first, memory, slow, idle")
	flag.Parse()
	s, err := newStage()
	fail(err)
	defer s.stop()
	g := &goals{}
	for _, x := range experiments {
		if *only == "" || slices.Contains(strings.Split(*only, ","), x.name) {
			if err := x.run(s, g); err != nil {
				s.stop()
				fail(fmt.Errorf("%s: %w", x.name, err))
			}
		}
	}
	if g.missed > 0 {
		s.stop()
		fail(fmt.Errorf("%d goals were missed", g.missed))
	}
}

// beRole is the whole life of a process that another one has started.
func beRole() bool {
	role, arg, _ := strings.Cut(os.Getenv(roleEnv), " ")
	be := map[string]func(string) error{"model": beModel, "server": beServer, "client": beClient}[role]
	if be == nil {
		return false
	}
	fail(be(arg))
	return true
}

// stage is the processes of a measurement: the model service, the server
// between, one client that goes through the server and one that does not.
type stage struct{ model, server, through, direct *process }

func newStage() (s *stage, err error) {
	s = &stage{}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.model, err = spawn("model", ""); err != nil {
		return s, err
	}
	if s.server, err = spawn("server", s.model.URL); err != nil {
		return s, err
	}
	if s.through, err = spawn("client", ""); err != nil {
		return s, err
	}
	s.direct, err = spawn("client", "")
	return s, err
}

func (s *stage) stop() {
	for _, p := range []*process{s.direct, s.through, s.server, s.model} {
		if p != nil {
			p.stop()
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
