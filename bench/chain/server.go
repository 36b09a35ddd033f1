package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The server answers after a millisecond: the bare SDK loses connections to a
// faster one. A request that holds a tool's result gets text, one that offers
// a tool gets a call of it.
const answersIn = time.Millisecond

const (
	textBody = `{"output":{"message":{"role":"assistant","content":[{"text":"It was shipped on Tuesday."}]}},"stopReason":"end_turn",` +
		`"usage":{"inputTokens":312,"outputTokens":8,"totalTokens":320},"metrics":{"latencyMs":412}}`
	callBody = `{"output":{"message":{"role":"assistant","content":[{"text":"I look."},{"toolUse":{"toolUseId":"tooluse_0123456789abcdefABCDEF",` +
		`"name":"lookup_order","input":{"id":"1017"}}}]}},"stopReason":"tool_use","usage":{"inputTokens":400,"outputTokens":30,"totalTokens":430},"metrics":{"latencyMs":500}}`
)

func startServer() (url string, stop func(), err error) {
	exe, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(exe, "-serve")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("the server process said nothing: %w", err)
	}
	return strings.TrimSpace(line), func() { _ = in.Close(); _ = cmd.Wait() }, nil
}

// serveForever is the server process. It lives as long as its standard input.
func serveForever() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		time.Sleep(answersIn)
		w.Header().Set("Content-Type", "application/json")
		if bytes.Contains(asked, []byte(`"toolConfig"`)) && !bytes.Contains(asked, []byte(`"toolResult"`)) {
			_, _ = io.WriteString(w, callBody)
			return
		}
		_, _ = io.WriteString(w, textBody)
	}))
}
