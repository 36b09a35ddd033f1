package emulator

import (
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

func tape(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

const (
	takeOne = `{"operation":"Converse","model_id":"` + claude + `","status":200,"request_body":{"messages":[{"role":"user","content":[{"text":"hi"}]}],"system":[]},"response_body":"{\"n\":1}"}`
	takeTwo = `{"operation":"Converse","model_id":"` + claude + `","status":200,"request_body":{"messages":[{"role":"user","content":[{"text":"hi"}]}],"system":[]},"response_body":"{\"n\":2}"}`
	foreign = `{"operation":"InvokeModel","model_id":"meta.llama3-70b-instruct-v1:0","status":200,"request_body":{"prompt":"hi"},"response_body":"{\"generation\":\"ho\"}"}`
	prompt  = `{"operation":"Converse","model_id":"unknown","status":403,"request_body":{"_prompt_only":"who?"},"response_headers":{"x-amzn-ErrorType":"AccessDeniedException:x"},"response_body":"{\"message\":\"no\"}"}`
)

func TestReplayMatches(t *testing.T) {
	r, err := Replay(tape(map[string]string{"a/1.json": takeOne, "a/2.json": takeTwo, "b.json": foreign, "c.json": prompt, "readme.md": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	emu := New(&Options{Responder: r})
	converse, invoke := "/model/"+claude+"/converse", "/model/meta.llama3-70b-instruct-v1:0/invoke"
	for _, tt := range []struct{ name, path, body, want string }{
		{"exact, other order of keys", converse, `{"system":[],"messages":[{"content":[{"text":"hi"}],"role":"user"}]}`, `{"n":1}`},
		{"the second of two", converse, `{"system":[],"messages":[{"content":[{"text":"hi"}],"role":"user"}]}`, `{"n":2}`},
		{"the last again", converse, `{"system":[],"messages":[{"content":[{"text":"hi"}],"role":"user"}]}`, `{"n":2}`},
		{"but for space and what is empty", converse, `{"messages":[{"role":"user","content":[{"text":" hi\n"}]}],"inferenceConfig":{}}`, `{"n":1}`},
		{"a body nobody else speaks", invoke, `{"prompt":"hi"}`, `{"generation":"ho"}`},
		{"known by its prompt", converse, `{"messages":[{"role":"user","content":[{"text":"who?"}]}]}`, `{"message":"no"}`},
		{"never recorded", converse, `{"messages":[{"role":"user","content":[{"text":"what?"}]}]}`, "No recorded exchange fits this request"},
		{"refused before", converse, `{"messages":[]}`, "A conversation must start with a user message."},
	} {
		if _, data := post(t, emu, tt.path, tt.body); !strings.Contains(string(data), tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, data, tt.want)
		}
	}
	emu.Reset()
	if _, data := post(t, emu, converse, `{"system":[],"messages":[{"content":[{"text":"hi"}],"role":"user"}]}`); string(data) != `{"n":1}` {
		t.Errorf("after Reset: %s", data)
	}
}

// TestReplayKeepsTheRules: recordings are throttled, delayed and broken too.
func TestReplayKeepsTheRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := Replay(tape(map[string]string{"a.json": takeOne, "b.json": foreign}))
		if err != nil {
			t.Fatal(err)
		}
		emu := New(&Options{
			Responder: r, Quota: Quota{RPM: 1}, Latency: Latency{First: Fixed(3 * time.Second)},
			Faults: []Fault{{Operation: InvokeModel, First: 1, Error: faultErrors["503"]}},
		})
		start := time.Now()
		for i, want := range []int{503, 200, 429} {
			res, _ := post(t, emu, "/model/meta.llama3-70b-instruct-v1:0/invoke", `{"prompt":"hi"}`)
			if res.StatusCode != want {
				t.Errorf("call %d answered %d, want %d", i+1, res.StatusCode, want)
			}
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestReplayFaults(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no file ends in .json":               {"a.txt": takeOne},
		"a.json: not a recorded exchange":     {"a.json": `{"operation":`},
		"it needs operation, model_id":        {"a.json": `{}`},
		"b/c.json: not a recorded exchange: ": {"a.json": takeOne, "b/c.json": `[]`},
	} {
		if _, err := Replay(tape(files)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

// FuzzReplay: no recording stops the reader.
func FuzzReplay(f *testing.F) {
	f.Add(takeOne, `{"messages":[]}`)
	f.Add(prompt, "who?")
	f.Fuzz(func(t *testing.T, file, body string) {
		r, err := Replay(tape(map[string]string{"a.json": file}))
		if err != nil {
			return
		}
		req := &Request{Operation: Converse, ModelID: claude, Body: []byte(body)}
		if reply, err := r.Respond(t.Context(), req); err == nil && reply.raw == nil {
			t.Error("a reply that was not recorded")
		}
	})
}
