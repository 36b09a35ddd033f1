package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/serve/problem"
)

// ask asks one question over HTTP and shows the stream. Server-sent events are
// lines: event, data, and an empty one.
func ask(ctx context.Context, url string, out io.Writer) error {
	const body = `{"input": {"question": "Where is my order A-1001?"}}`
	url += "/v1/chains/desk/runs"
	fmt.Fprintf(out, "\n$ curl -N %s \\\n    -H 'Content-Type: application/json' -H 'Accept: text/event-stream' \\\n    -d '%s'\n\n", url, body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, resp.Status)
	}
	printer := screen.New(out, screen.Style{})
	defer printer.Close()
	failed := false
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case field == "event":
			failed = value == "problem"
		case field == "data" && failed:
			var p problem.Problem
			if err := json.Unmarshal([]byte(value), &p); err != nil {
				return err
			}
			return &p
		case field == "data":
			var e chain.Event
			if err := json.Unmarshal([]byte(value), &e); err != nil {
				return err
			}
			printer.Event(e)
		}
	}
	return lines.Err()
}
