package dynamomemory_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// table is a DynamoDB table in memory that knows the expressions the store
// uses, and fails the test on any other. The suite runs on a real server too:
// e2e/memory.
type table struct {
	t     *testing.T
	mu    sync.Mutex
	items map[[2]string]item
	calls []string
	lose  int // answers to writes of a head still to be lost
}

func newTable(t *testing.T) *table { return &table{t: t, items: map[[2]string]item{}} }

func str(v types.AttributeValue) string { return v.(*types.AttributeValueMemberS).Value }

func num(v types.AttributeValue) int64 {
	n, _ := v.(*types.AttributeValueMemberN)
	if n == nil {
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		panic(err)
	}
	return i
}

func keyIn(i item) [2]string { return [2]string{str(i["session"]), str(i["item"])} }

// enter begins an operation; leave it with mu.Unlock.
func (d *table) enter(ctx context.Context, op string, key item) ([2]string, error) {
	d.mu.Lock()
	if err := ctx.Err(); err != nil {
		return [2]string{}, err
	}
	var k [2]string
	if key != nil {
		k = keyIn(key)
	}
	d.calls = append(d.calls, op+" "+strings.SplitN(k[1], "#", 2)[0])
	return k, nil
}

// answer makes the answer of a head's write get lost, as the SDK sees it that
// tries again: refused by its own first try.
func (d *table) answer(k [2]string) error {
	if k[1] == "head" && d.lose > 0 {
		d.lose--
		return &types.ConditionalCheckFailedException{}
	}
	return nil
}

func (d *table) holds(i item, condition *string, values item) bool {
	if condition == nil {
		return true
	}
	switch *condition {
	case "attribute_not_exists(#item) OR #expires <= :now":
		return i == nil || i["expires"] != nil && num(i["expires"]) <= num(values[":now"])
	case "#id = :id AND #edition = :edition":
		return i != nil && str(i["id"]) == str(values[":id"]) && num(i["edition"]) == num(values[":edition"])
	}
	d.t.Errorf("the condition %q is not known", *condition)
	return false
}

func (d *table) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	k, err := d.enter(ctx, "get", in.Key)
	defer d.mu.Unlock()
	if in.ConsistentRead == nil || !*in.ConsistentRead {
		d.t.Error("a read that is not consistent")
	}
	return &dynamodb.GetItemOutput{Item: maps.Clone(d.items[k])}, err
}

func (d *table) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	k, err := d.enter(ctx, "put", in.Item)
	defer d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !d.holds(d.items[k], in.ConditionExpression, in.ExpressionAttributeValues) {
		return nil, &types.ConditionalCheckFailedException{}
	}
	d.items[k] = maps.Clone(in.Item)
	d.limit(k)
	return &dynamodb.PutItemOutput{}, d.answer(k)
}

func (d *table) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	k, err := d.enter(ctx, "update", in.Key)
	defer d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !d.holds(d.items[k], in.ConditionExpression, in.ExpressionAttributeValues) {
		return nil, &types.ConditionalCheckFailedException{}
	}
	i := maps.Clone(d.items[k])
	if i == nil {
		i = maps.Clone(in.Key)
	}
	set, _ := strings.CutPrefix(*in.UpdateExpression, "SET ")
	set = strings.ReplaceAll(set, "list_append(#records, :record)", ":appended")
	if r, ok := in.ExpressionAttributeValues[":record"]; ok {
		old := i["records"].(*types.AttributeValueMemberL).Value
		in.ExpressionAttributeValues[":appended"] = &types.AttributeValueMemberL{
			Value: append(old[:len(old):len(old)], r.(*types.AttributeValueMemberL).Value...),
		}
	}
	for assignment := range strings.SplitSeq(set, ", ") {
		name, value, ok := strings.Cut(assignment, " = ")
		v := in.ExpressionAttributeValues[value]
		if attribute := in.ExpressionAttributeNames[name]; !ok || attribute == "" || v == nil {
			d.t.Errorf("the update %q is not known", *in.UpdateExpression)
		} else {
			i[attribute] = v
		}
	}
	d.items[k] = i
	d.limit(k)
	return &dynamodb.UpdateItemOutput{}, d.answer(k)
}

// limit holds an item against DynamoDB's 400 KB.
func (d *table) limit(k [2]string) {
	var b bytes.Buffer
	for name, v := range d.items[k] {
		switch v := v.(type) {
		case *types.AttributeValueMemberB:
			b.Write(v.Value)
		case *types.AttributeValueMemberL:
			for _, e := range v.Value {
				if m, ok := e.(*types.AttributeValueMemberM); ok {
					b.Write(m.Value["messages"].(*types.AttributeValueMemberB).Value)
				} else {
					b.WriteString(str(e))
				}
			}
		default:
			fmt.Fprint(&b, name, v)
		}
	}
	if b.Len() > 400_000 {
		d.t.Errorf("the item %v has %d bytes", k, b.Len())
	}
}

func (d *table) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	k, err := d.enter(ctx, "delete", in.Key)
	defer d.mu.Unlock()
	if err == nil {
		delete(d.items, k)
	}
	return &dynamodb.DeleteItemOutput{}, err
}

// Query answers one item a page, so that paging is seen.
func (d *table) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	_, err := d.enter(ctx, "query", nil)
	defer d.mu.Unlock()
	if *in.KeyConditionExpression != "#session = :session AND begins_with(#item, :segment)" {
		d.t.Errorf("the query %q is not known", *in.KeyConditionExpression)
	}
	for k, i := range d.items {
		if k[0] == str(in.ExpressionAttributeValues[":session"]) && strings.HasPrefix(k[1], str(in.ExpressionAttributeValues[":segment"])) {
			return &dynamodb.QueryOutput{Items: []map[string]types.AttributeValue{{"item": i["item"]}}, LastEvaluatedKey: item{"item": i["item"]}}, err
		}
	}
	return &dynamodb.QueryOutput{}, err
}

func (d *table) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	_, err := d.enter(ctx, "scan", nil)
	defer d.mu.Unlock()
	if *in.FilterExpression != "#item = :head" {
		d.t.Errorf("the filter %q is not known", *in.FilterExpression)
	}
	out := &dynamodb.ScanOutput{}
	for k, i := range d.items {
		if k[1] == "head" {
			out.Items = append(out.Items, maps.Clone(i))
		}
	}
	return out, err
}
