package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// outcome is what a number of streams came to, in milliseconds.
type outcome struct {
	First, Total []float64
	Errors       int
	Error        string // one of them
}

// beClient is the process that asks: directly, with the bare SDK, or over SSE.
func beClient(string) error {
	http.HandleFunc("/drive", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		n, _ := strconv.Atoi(q.Get("n"))
		one := overSSE
		if q.Get("how") == "direct" {
			one = direct(q.Get("url"))
		}
		_ = json.NewEncoder(w).Encode(drive(n, func() (first time.Duration, err error) { return one(r.Context(), q.Get("url")) }))
	})
	http.HandleFunc("/hold", hold)
	return attend("")
}

// drive has n streams begin at once and waits for all.
func drive(n int, one func() (first time.Duration, err error)) outcome {
	var all outcome
	var mu sync.Mutex
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			began := time.Now()
			first, err := one()
			total := time.Since(began)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				all.Errors++
				all.Error = err.Error()
				return
			}
			all.First = append(all.First, ms(first))
			all.Total = append(all.Total, ms(total))
		})
	}
	group.Wait()
	return all
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// direct is a stream of the bare SDK, of one client for all at an address.
func direct(endpoint string) func(context.Context, string) (time.Duration, error) {
	clientsMu.Lock()
	defer clientsMu.Unlock()
	c := clients[endpoint]
	if c == nil {
		c = bare(endpoint)
		clients[endpoint] = c
	}
	return func(ctx context.Context, _ string) (time.Duration, error) { return bareStream(ctx, c) }
}

var (
	clientsMu sync.Mutex
	clients   = map[string]*bedrockruntime.Client{}
)

func bareStream(ctx context.Context, c *bedrockruntime.Client) (first time.Duration, err error) {
	began := time.Now()
	out, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: new(modelID),
		Messages: []types.Message{{
			Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Where is my order 1017?"}},
		}},
	})
	if err != nil {
		return 0, err
	}
	events, n := out.GetStream(), 0
	defer events.Close()
	for event := range events.Events() {
		if _, ok := event.(*types.ConverseStreamOutputMemberContentBlockDelta); ok {
			if n++; n == 1 {
				first = time.Since(began)
			}
		}
	}
	return first, whole(n, events.Err())
}

// web keeps a connection for each stream, as browsers do.
var web = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}

var question = []byte(`{"input":{"text":"Where is my order 1017?"}}`)

// overSSE is a stream of package serve.
func overSSE(ctx context.Context, url string) (first time.Duration, err error) {
	began := time.Now()
	resp, err := open(ctx, url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	lines, n, finished := bufio.NewReader(resp.Body), 0, false
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		switch {
		case bytes.HasPrefix(line, []byte("event: token")):
			if n++; n == 1 {
				first = time.Since(began)
			}
		case bytes.HasPrefix(line, []byte("event: run.finished")):
			finished = true
		}
	}
	if !finished {
		return 0, fmt.Errorf("the stream ended without run.finished, after %d chunks", n)
	}
	return first, whole(n, nil)
}

func open(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := web.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		return nil, errors.New(resp.Status + ": " + strings.TrimSpace(string(body)))
	}
	return resp, err
}

// whole says when a stream was cut, which the SDK does not.
func whole(n int, err error) error {
	if err == nil && n != chunks {
		return fmt.Errorf("%d of %d chunks came", n, chunks)
	}
	return err
}
