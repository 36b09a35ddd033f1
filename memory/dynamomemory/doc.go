// Package dynamomemory keeps conversations in an Amazon DynamoDB table.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	if err != nil {
//		return err
//	}
//	client := dynamodb.NewFromConfig(cfg)
//	_, err = client.CreateTable(ctx, dynamomemory.Table("sessions")) // once
//	...
//	store, err := dynamomemory.New(client, "sessions", &dynamomemory.Options{TTL: 30 * 24 * time.Hour})
//
// A session is a head, the item that holds its last messages, and segments,
// the items that hold those before. An append is one conditional UpdateItem:
// of two writers one is refused and gets memory.ErrConflict. When the head
// grows past Options.HeadBytes its messages move to a segment.
//
// With a TTL, DynamoDB removes sessions that nobody writes to: enable Time to
// Live on the attribute "expires". The store treats them as gone on the second
// they expire, however late DynamoDB is (it promises a few days).
package dynamomemory
