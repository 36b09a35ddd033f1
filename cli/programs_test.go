package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli"
	"github.com/causeway-go/causeway/tools"
)

// The programs that the scripts run beside causeway itself.

type order struct {
	ID string `json:"id" jsonschema:"the order's number"`
}

type shipment struct {
	Status string `json:"status"`
}

func lookupOrder(_ context.Context, in order) (shipment, error) {
	if in.ID != "A-1001" {
		return shipment{}, errors.New("there is no such order")
	}
	return shipment{Status: "shipped"}, nil
}

func team() *chain.Registry {
	lookup, err := tools.New("lookup_order", "Find an order by its number", lookupOrder, nil)
	if err != nil {
		log.Fatal(err)
	}
	set, err := tools.NewSet(lookup)
	if err != nil {
		log.Fatal(err)
	}
	return &chain.Registry{Tools: set}
}

// onResume starts the chain in its first argument, which stops at a question,
// and goes on with it under the flags of its other arguments.
func onResume() {
	streams := cli.IO{Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
	var started bytes.Buffer
	args := []string{"run", os.Args[1], "--set", "amount=40", "--emulator", "replies.yaml", "--json"}
	cli.Run(context.Background(), args, cli.IO{Out: &started, Err: os.Stderr}, nil)
	var run struct{ RunID string }
	if err := json.Unmarshal(started.Bytes(), &run); err != nil {
		log.Fatal(err)
	}
	args = append([]string{"run", os.Args[1], "--resume", run.RunID}, os.Args[2:]...)
	os.Exit(cli.Run(context.Background(), args, streams, nil))
}

// emulated runs causeway emulator with the flags after its first argument,
// posts that file to Converse once, and stops it.
func emulated() {
	ctx, stop := context.WithCancel(context.Background())
	out, says := io.Pipe()
	done := make(chan int)
	go func() {
		streams := cli.IO{Out: says, Err: os.Stderr, Getenv: os.Getenv}
		code := cli.Run(ctx, append([]string{"emulator"}, os.Args[2:]...), streams, nil)
		says.Close()
		done <- code
	}()
	url := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Println(lines.Text())
		if v, ok := strings.CutPrefix(lines.Text(), "export AWS_ENDPOINT_URL_BEDROCK_RUNTIME="); ok {
			url = v
			go post(url+"/model/amazon.nova-lite-v1:0/converse", os.Args[1], stop)
		}
	}
	os.Exit(<-done)
}

// post prints the answer to the request in file, then stops the emulator.
func post(url, file string, stop func()) {
	defer stop()
	body, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // the certificate was made this second
	resp, err := insecure.Post(url, "application/json", body)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.StatusCode, string(answer))
}
