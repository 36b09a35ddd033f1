package tools

import (
	"context"
	"fmt"
	"time"
)

type clockInput struct {
	Zone string `json:"zone,omitempty" jsonschema:"an IANA time zone such as Europe/Brussels; UTC when left out"`
}

type clockOutput struct {
	Time    string `json:"time"`
	Weekday string `json:"weekday"`
	Zone    string `json:"zone"`
	Unix    int64  `json:"unix"`
}

// Clock returns a tool named clock that tells the current time, which a model
// cannot know.
func Clock() *Tool {
	return Must(New("clock", "Tell the current date, time and weekday.",
		func(_ context.Context, in clockInput) (clockOutput, error) {
			zone, err := time.LoadLocation(in.Zone)
			if err != nil || in.Zone == "Local" {
				return clockOutput{}, fmt.Errorf("there is no time zone %q; name one as Europe/Brussels", shortName(in.Zone))
			}
			now := time.Now().In(zone)
			return clockOutput{
				Time: now.Format(time.RFC3339), Weekday: now.Weekday().String(), Zone: zone.String(), Unix: now.Unix(),
			}, nil
		}, &Options{Idempotent: true}))
}
