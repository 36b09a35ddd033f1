package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/causeway-go/causeway/bench/internal/proc"
	_ "net/http/pprof" // at the control address, for whoever wants to look closer
)

// roleEnv makes this binary, or the test's, one of the processes.
const roleEnv = "CAUSEWAY_BENCH_SERVE"

// process is another process: what it serves, and where it is asked about
// itself.
type process struct {
	URL, Control string

	cmd   *exec.Cmd
	stdin io.Closer
}

// spawn starts this binary as role, which may have an argument.
func spawn(role, arg string) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(exe)}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+role+" "+arg)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = in
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the %s process said nothing: %w", role, err)
	}
	return p, json.Unmarshal(line, p)
}

// stop ends the process: it lives as long as its standard input.
func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.cmd.Wait()
}

// weigh asks the process for its weight.
func (p *process) weigh() (w weight, err error) {
	err = p.ask(context.Background(), "/memory", nil, &w)
	return w, err
}

// ask gets a JSON answer from the process itself.
func (p *process) ask(ctx context.Context, path string, query url.Values, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Control+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s: %s", path, resp.Status, body)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// attend tells the parent where to find this process, and returns when the
// parent is gone. Handlers of its own are on http.DefaultServeMux.
func attend(served string) error {
	http.HandleFunc("/memory", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(weigh()) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(l, nil) }()
	if err := json.NewEncoder(os.Stdout).Encode(process{URL: served, Control: "http://" + l.Addr().String()}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// weight is what a process holds and has used.
type weight struct {
	Resident   int64 // bytes, before garbage is collected
	Live       int64 // bytes of heap and stacks, after
	Goroutines int
	CPU        int64 // nanoseconds, user and system
	Allocs     int64
}

func weigh() weight {
	w := weight{Goroutines: runtime.NumGoroutine()}
	w.Resident, _ = proc.Resident(os.Getpid()) // 0 where the system does not tell
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails for wrong arguments only
	}
	w.CPU = u.Utime.Nano() + u.Stime.Nano()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.Allocs = int64(m.Mallocs)
	w.Live = int64(m.HeapAlloc + m.StackInuse)
	return w
}
