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

// emulated runs causeway emulator with the flags after its first argument, puts
// that file to it, and stops it: a chain is run as against real Bedrock, any
// other file is posted to Converse.
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
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Println(lines.Text())
		if v, ok := strings.CutPrefix(lines.Text(), "export AWS_ENDPOINT_URL_BEDROCK_RUNTIME="); ok {
			go func() {
				defer stop()
				if strings.HasSuffix(os.Args[1], ".yaml") {
					live(v, os.Args[1])
				} else {
					post(v+"/model/amazon.nova-lite-v1:0/converse", os.Args[1])
				}
			}()
		}
	}
	os.Exit(<-done)
}

// served runs causeway serve with its arguments, asks the chain greet once with
// a key and once without, and stops it.
func served() {
	ctx, stop := context.WithCancel(context.Background())
	out, says := io.Pipe()
	done := make(chan int)
	go func() {
		streams := cli.IO{Out: says, Err: os.Stderr, Getenv: os.Getenv}
		code := cli.Run(ctx, append([]string{"serve"}, os.Args[1:]...), streams, nil)
		says.Close()
		done <- code
	}()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		for _, key := range []string{"", "opensesame"} {
			ask(lines.Text()+"/v1/chains/greet/runs", key)
		}
		stop()
	}
	stop()
	os.Exit(<-done)
}

// ask prints what a chain's run answers.
func ask(url, key string) {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(`{"input": {"name": "Anna"}}`))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.StatusCode, strings.Join(strings.Fields(string(answer)), " "))
}

// live runs the chain in file with a Bedrock at url and credentials for it.
func live(url, file string) {
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "emulator", "AWS_SECRET_ACCESS_KEY": "emulator",
	} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	streams := cli.IO{Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
	fmt.Println("live:", cli.Run(context.Background(), []string{"run", file, "--set", "name=Anna", "--stream"}, streams, nil))
}

// post prints the answer to the request in file.
func post(url, file string) {
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
