// Package screen shows a run to a person: each step as it goes, the answer as
// it arrives, what was waited for, and a summary.
//
//	out := screen.New(os.Stdout, screen.StyleOf(os.Stdout, os.Getenv))
//	for event, err := range chain.Stream(ctx, values, nil) {
//		if err != nil {
//			return err
//		}
//		out.Event(event)
//	}
//	out.Close()
//
// It only ever adds lines, so it reads the same in a terminal, in its
// scroll-back and in a log. Steps that run side by side are shown one after
// another. Control characters in a model's answer are made visible: an answer
// must not be able to drive the terminal.
package screen
