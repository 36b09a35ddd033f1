package emulator

import (
	"encoding/json"
	"errors"
)

// decode reads and checks the body of Converse and ConverseStream.
func decode(op Operation, model string, body []byte) (*Request, *Failure) {
	if f := checkModelID(model); f != nil {
		return nil, f
	}
	req := &Request{Operation: op, ModelID: model, Body: body}
	if err := json.Unmarshal(body, req); err != nil {
		return nil, &Failure{Code: "SerializationException", Message: decodeMessage(err)}
	}
	if f := req.Validate(); f != nil {
		return nil, f
	}
	return req, nil
}

// decodeMessage says what does not fit without repeating what was sent.
func decodeMessage(err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "a " + t.Value + " cannot be read at " + t.Field
	}
	return "the request body is not well-formed JSON"
}
