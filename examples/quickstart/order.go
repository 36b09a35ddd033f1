package main

import (
	"context"
	"fmt"
)

// orderQuery is what the model fills in; the tags become its JSON Schema.
type orderQuery struct {
	Number string `json:"number" jsonschema:"the order number, such as A-1001" pattern:"^[A-Z]-[0-9]{4}$"`
}

type order struct {
	Number  string   `json:"number"`
	Items   []string `json:"items"`
	Status  string   `json:"status"`
	Arrives string   `json:"arrives"`
}

// lookupOrder is the tool: a plain Go function. Its error would go back to the
// model, which can then ask the customer.
func lookupOrder(_ context.Context, q orderQuery) (order, error) {
	if q.Number != "A-1001" {
		return order{}, fmt.Errorf("there is no order %s", q.Number)
	}
	return order{Number: q.Number, Items: []string{"a wooden train", "birthday candles"}, Status: "shipped", Arrives: "tomorrow before noon"}, nil
}
