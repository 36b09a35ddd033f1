package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/spf13/cobra"
)

// auto stands for the emulator's own replies, which need no script.
const auto = "auto"

// emulatorFlags say what the emulator does, beside what it answers.
type emulatorFlags struct {
	quota        emulator.Quota
	first, chunk string
	faults       []string
	seed         uint64
}

func (f *emulatorFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.quota.RPM, "rpm", 0, "requests a minute that each model takes; 0 is any number")
	flags.IntVar(&f.quota.TPM, "tpm", 0, "tokens a minute that each model takes; 0 is any number")
	flags.IntVar(&f.quota.TPD, "tpd", 0, "tokens a day that each model takes; 0 is any number")
	flags.IntVar(&f.quota.Concurrent, "concurrent", 0, "calls at a time that each model takes; 0 is any number")
	flags.StringVar(&f.first, "first", "", "how long until the first token: a `delay` such as 300ms or lognormal(300ms,900ms)")
	flags.StringVar(&f.chunk, "chunk", "", "how long between pieces of an answer, a `delay` as in --first")
	flags.StringArrayVar(&f.faults, "fault", nil, "what goes wrong, a `rule` such as throttle,first=2 or cut,after=5,rate=0.1")
	flags.Uint64Var(&f.seed, "seed", 0, "of everything random: the same seed gives the same answers")
}

// options are the emulator's, with replies from script.
func (f emulatorFlags) options(script string) (*emulator.Options, error) {
	o := &emulator.Options{Quota: f.quota, Seed: f.seed}
	var err error
	if o.Responder, err = responder(script); err != nil {
		return nil, err
	}
	for _, text := range f.faults {
		fault, err := emulator.ParseFault(text)
		if err != nil {
			return nil, usagef("--fault: %s", plainEmulatorError(err))
		}
		o.Faults = append(o.Faults, fault)
	}
	if o.Latency.First, err = delay("--first", f.first); err != nil {
		return nil, err
	}
	o.Latency.Chunk, err = delay("--chunk", f.chunk)
	return o, err
}

func delay(flag, text string) (emulator.Delay, error) {
	if text == "" {
		return emulator.Delay{}, nil
	}
	d, err := emulator.ParseDelay(text)
	if err != nil {
		return d, usagef("%s: %s", flag, plainEmulatorError(err))
	}
	return d, nil
}

// responder reads a script: a file of turns, or a folder of recorded
// exchanges. None stands for the emulator's own rules.
func responder(script string) (emulator.Responder, error) {
	if script == "" || script == auto {
		return emulator.Rules(), nil
	}
	info, err := os.Stat(script)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("%s: there is no such script; write its path, or auto for answers without one", script)
	case err != nil:
		return nil, usageError{plainPathError(err)}
	case info.IsDir():
		return emulator.Replay(os.DirFS(script))
	}
	fsys, name := fileAt(script)
	return emulator.ScriptFile(fsys, name)
}

// fileAt returns a file system and the name of path in it, which is path
// itself where that can be, so that messages name the file as it was given.
func fileAt(path string) (fs.FS, string) {
	if clean := filepath.ToSlash(filepath.Clean(path)); fs.ValidPath(clean) {
		return os.DirFS("."), clean
	}
	return os.DirFS(filepath.Dir(path)), filepath.Base(path)
}

func plainEmulatorError(err error) string { return strings.TrimPrefix(err.Error(), "emulator: ") }

func (a *app) emulatorCommand() *cobra.Command {
	var f emulatorFlags
	var script, certFile string
	var listen emulator.ListenOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Answer like Amazon Bedrock, on this machine",
		Long: `emulator speaks Bedrock's wire protocol on a port of this machine, for programs
in any language. It checks requests as Bedrock does, counts quotas, and goes
wrong on demand. Every answer is scripted: there is no model.

GET /_emulator/calls tells what was asked; POST /_emulator/reset forgets it.`,
		Example: `  causeway emulator --script replies.yaml --addr 127.0.0.1:8099
  causeway emulator --rpm 60 --tpm 20000 --first 300ms --chunk 20ms
  causeway emulator --fault throttle,first=2 --fault cut,after=5,rate=0.1`,
		Args: takes(0),
		RunE: a.does(func(cmd *cobra.Command, _ []string) error {
			o, err := f.options(script)
			if err != nil {
				return err
			}
			s, err := emulator.New(o).Listen(&listen)
			if err != nil {
				return usageError{plainEmulatorError(err)}
			}
			return a.serveEmulator(cmd.Context(), s, sourceOf(script), certFile, asJSON)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&script, "script", auto, "what it answers: a `file` of turns, a folder of recorded exchanges, or auto")
	flags.StringVar(&listen.Addr, "addr", "", "`host:port` to listen on; without it a free port of 127.0.0.1")
	flags.BoolVar(&listen.Public, "public", false, "let --addr be one that others can reach: there is no password")
	flags.BoolVar(&listen.TLS, "tls", false, "speak HTTPS with a certificate made now, which --cert keeps")
	flags.StringVar(&certFile, "cert", "emulator.pem", "`file` the certificate of --tls is written to")
	flags.BoolVar(&asJSON, "json", false, "print where it listens as JSON")
	f.add(cmd)
	return cmd
}

// serveEmulator says where s listens and waits until the command is told to
// stop, which is how it ends well.
func (a *app) serveEmulator(ctx context.Context, s *emulator.Server, source, certFile string, asJSON bool) error {
	about := listening{URL: s.URL}
	if len(s.CertPEM) > 0 {
		about.Certificate = certFile
		if err := os.WriteFile(certFile, s.CertPEM, 0o644); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	if err := a.tellListening(about, source, asJSON); err != nil {
		return errors.Join(err, s.Close())
	}
	return s.Serve(ctx)
}

// listening is what emulator --json prints.
type listening struct {
	URL         string `json:"url"`
	Certificate string `json:"certificate,omitempty"`
}

// tellListening prints the settings that lead the AWS SDKs and the AWS command
// to the emulator, as a shell reads them.
func (a *app) tellListening(l listening, source string, asJSON bool) error {
	if asJSON {
		return writeJSON(a.io.Out, l)
	}
	style := a.errStyle()
	fmt.Fprintln(a.io.Err, style.Bold("Bedrock emulator on "+l.URL))
	fmt.Fprintln(a.io.Err, style.Yellow("scripted reply: ")+source+" answers, there is no model")
	fmt.Fprintln(a.io.Err, style.Dim("what was asked: "+l.URL+"/_emulator/calls · stop with Ctrl-C"))
	fmt.Fprintln(a.io.Err, style.Dim("in the shell of your program:"))
	lines := []string{
		"export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=" + l.URL,
		"export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=emulator AWS_SECRET_ACCESS_KEY=emulator",
	}
	if l.Certificate != "" {
		path, err := filepath.Abs(l.Certificate)
		if err != nil {
			return err
		}
		lines = append(lines, "export AWS_CA_BUNDLE='"+path+"' NODE_EXTRA_CA_CERTS='"+path+"'")
	}
	_, err := fmt.Fprintln(a.io.Out, strings.Join(lines, "\n"))
	return err
}

// sourceOf names where scripted replies come from.
func sourceOf(script string) string {
	if script == "" || script == auto {
		return "the emulator"
	}
	return script
}
