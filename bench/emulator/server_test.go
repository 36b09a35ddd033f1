package emulator

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
)

// serverEnv makes the test binary a server of the kind it names.
const serverEnv = "CAUSEWAY_BENCH_SERVER"

func TestMain(m *testing.M) {
	if kind := os.Getenv(serverEnv); kind != "" {
		serve(kind)
		return
	}
	os.Exit(m.Run())
}

// The answers: one sentence, 200 chunks, and a stream that waits.
var script = []emulator.Turn{
	{When: emulator.Match{Text: "stream"}, Text: strings.TrimSpace(strings.Repeat("word ", 200))},
	{When: emulator.Match{Text: "wait"}, Text: "a b", Chunk: time.Hour},
	{Text: "The capital of France is Paris, as every school child knows."},
}

func newEmulator() *emulator.Emulator {
	return emulator.New(&emulator.Options{Responder: emulator.Script(script...)})
}

// serve listens, prints its address and answers until its standard input ends.
func serve(kind string) {
	handler := http.Handler(newEmulator())
	if kind == "bare" {
		handler = newBare()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/cpu", func(w http.ResponseWriter, _ *http.Request) {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, u.Utime.Nano()+u.Stime.Nano())
	})
	mux.Handle("/", handler)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() { _ = http.Serve(l, mux) }()
	fmt.Println("http://" + l.Addr().String())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// bare sends the bytes of the emulator's answers and does nothing else: the
// body is read, the frames are flushed one by one.
type bare struct {
	whole  []byte
	frames [][]byte
}

func newBare() *bare {
	b := &bare{whole: answer("/converse", "hi")}
	stream := answer("/converse-stream", "stream")
	for len(stream) > 0 {
		n := int(stream[0])<<24 | int(stream[1])<<16 | int(stream[2])<<8 | int(stream[3])
		b.frames, stream = append(b.frames, stream[:n]), stream[n:]
	}
	return b
}

func answer(op, text string) []byte {
	req, err := http.NewRequest(http.MethodPost, "http://emulator.invalid"+path+op, strings.NewReader(body(text)))
	if err != nil {
		panic(err)
	}
	res, err := newEmulator().Transport().RoundTrip(req)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		panic(err)
	}
	return data
}

func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(r.Body); err != nil {
		return
	}
	if strings.HasSuffix(r.URL.Path, "/converse") {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b.whole)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	control := http.NewResponseController(w)
	for _, f := range b.frames {
		_, _ = w.Write(f)
		_ = control.Flush()
	}
}

// process is a server in a process of its own.
type process struct {
	url string
	pid int
}

func start(tb testing.TB, kind string) *process {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverEnv+"="+kind)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return &process{url: strings.TrimSpace(url), pid: cmd.Process.Pid}
}
