// Package s3memory keeps conversations in Amazon S3, where any number of
// machines may share them.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	if err != nil {
//		return err
//	}
//	store, err := s3memory.New(s3.NewFromConfig(cfg), "acme-sessions", &s3memory.Options{Prefix: "chat"})
//	if err != nil {
//		return err
//	}
//	talk := memory.New(store, "customer-17", &memory.Options{Window: 20})
//
// A session is a head, the object that holds its last messages and names the
// segments before them, and the segments, which never change. An append is one
// conditional PUT of the head (If-Match, or If-None-Match for the first): of
// two writers one gets 412 and with it memory.ErrConflict, and no turn is lost.
// When the head grows past Options.HeadBytes its messages move to a segment,
// which costs a second PUT now and then.
//
// Conditional writes are a feature of S3 itself and of most servers that speak
// its protocol, but not of all: run memory/memorytest against yours.
package s3memory
