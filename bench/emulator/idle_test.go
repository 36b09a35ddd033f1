package emulator

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/bench/internal/proc"
)

// TestIdleStreams: 10000 streams that wait for their next chunk take less
// than 500 MB of the server.
func TestIdleStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 10000 connections")
	}
	const streams, goal = 10_000, 500 << 20
	p := start(t, "emulator")
	before := p.rss(t)
	var mu sync.Mutex
	var open []net.Conn
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range streams / 8 {
				c, err := p.wait()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				open = append(open, c)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	rss := p.rss(t)
	t.Logf("%d streams: %d MB, %d MB before, %.1f KB each", len(open), rss>>20, before>>20, float64(rss-before)/float64(streams)/1024)
	if rss > goal || len(open) != streams {
		t.Errorf("%d streams take %d MB", len(open), rss>>20)
	}
	for _, c := range open {
		c.Close()
	}
}

// wait opens a stream and reads the start of its answer.
func (p *process) wait() (net.Conn, error) {
	host := strings.TrimPrefix(p.url, "http://")
	c, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	b := body("wait")
	fmt.Fprintf(c, "POST %s/converse-stream HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, host, len(b), b)
	line, err := bufio.NewReaderSize(c, 512).ReadString('\n')
	if err != nil || !strings.Contains(line, "200") {
		c.Close()
		return nil, fmt.Errorf("%q: %w", line, err)
	}
	return c, nil
}

// rss is the resident memory of the server.
func (p *process) rss(t *testing.T) int64 {
	t.Helper()
	bytes, err := proc.Resident(p.pid)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no /proc to read the memory from")
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}
