package emulator

import (
	"encoding/json"
	"strconv"
)

// countTokens answers CountTokens with the estimate that everything here
// counts by.
func (x *exchange) countTokens(model string, body []byte) {
	var in struct {
		Input struct {
			Converse    json.RawMessage `json:"converse"`
			InvokeModel *struct {
				Body []byte `json:"body"`
			} `json:"invokeModel"`
		} `json:"input"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		x.fail(&Failure{Code: "SerializationException", Message: decodeMessage(err)})
		return
	}
	op, inner := Converse, []byte(in.Input.Converse)
	switch {
	case in.Input.InvokeModel != nil && inner != nil:
		x.fail(invalid("The input object can't set more than one key. Remove all but one and try again."))
		return
	case in.Input.InvokeModel != nil:
		op, inner = InvokeModel, in.Input.InvokeModel.Body
	case inner == nil:
		x.fail(invalid("The input object must set one of the following keys: invokeModel, converse."))
		return
	}
	req, _, failure := open(op, model, inner)
	if failure != nil {
		x.fail(failure)
		return
	}
	x.e.note(x.call, func(c *Call) { req.Number, c.Request = c.Number, req })
	if !x.suffer(x.e.fault(x.call, x.random)) {
		return
	}
	x.e.note(x.call, func(c *Call) { c.Status, c.Usage.Input = 200, req.InputTokens() })
	x.send(append(strconv.AppendInt([]byte(`{"inputTokens":`), int64(req.InputTokens()), 10), '}'))
}
