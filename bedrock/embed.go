package bedrock

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/causeway-go/causeway/message"
)

// Purpose says what an embedding is for. Models that do not tell purposes
// apart ignore it.
type Purpose string

// The purposes of an embedding.
const (
	ForStorage Purpose = "storage" // a document, to be found
	ForSearch  Purpose = "search"  // a question, to find with
)

// EmbedderOptions are the settings of an [Embedder].
type EmbedderOptions struct {
	// Dimensions of a vector; 0 is the model's default. Titan v1 and Cohere
	// v3 have one size only, and a wish for another is an error of New.
	Dimensions int
	// NotNormalized asks Titan v2 for vectors of their own length.
	NotNormalized bool
	// Truncate says what happens to a text too long for the model: START or
	// END cut it there (Cohere, Nova), and empty is an error of the service.
	Truncate string
	// MaxParallel bounds how many requests are under way for one call, for
	// models that take one text a request. 0 means 8.
	MaxParallel int
}

// Embedder turns texts into vectors with an embedding model: Titan v1 and v2,
// Cohere v3 and v4, Nova. It is an embeddings.EmbedderClient and an
// embeddings.Embedder of langchaingo's, and safe for concurrent use. It asks
// once; call it through retry.Through for backoff.
type Embedder struct {
	client  InvokeClient
	id      string
	form    embedForm
	options EmbedderOptions
}

// embedForm is how a line of embedding models is asked. batch is how many
// texts it takes in a request.
type embedForm struct {
	batch int
	body  func(e *Embedder, p Purpose, texts []string) any
	read  func(body []byte) (vectors [][]float32, tokens int, err error)
}

// NewEmbedder returns an embedder for a model id, or an inference profile's.
// It fails for a model whose form it does not know, and for settings that the
// model does not have.
func NewEmbedder(client InvokeClient, modelID string, o *EmbedderOptions) (*Embedder, error) {
	if client == nil {
		return nil, errors.New("bedrock: NewEmbedder: the client is nil; NewClient makes one")
	}
	e := &Embedder{client: client, id: modelID}
	if o != nil {
		e.options = *o
	}
	if e.options.MaxParallel <= 0 {
		e.options.MaxParallel = 8
	}
	form, err := embedFormOf(modelID, &e.options)
	if err != nil {
		return nil, fmt.Errorf("bedrock: NewEmbedder: %w", err)
	}
	e.form = form
	return e, nil
}

// CreateEmbedding embeds texts for storage, in their order.
func (e *Embedder) CreateEmbedding(ctx context.Context, texts []string) ([][]float32, error) {
	return e.EmbedDocuments(ctx, texts)
}

// EmbedDocuments embeds texts for storage, in their order.
func (e *Embedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, _, err := e.Embed(ctx, ForStorage, texts)
	return vectors, err
}

// EmbedQuery embeds a question.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	vectors, _, err := e.Embed(ctx, ForSearch, []string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// Embed embeds texts, in their order, and tells the tokens it took. The first
// failure ends the call and is its error, an *Error.
func (e *Embedder) Embed(ctx context.Context, p Purpose, texts []string) ([][]float32, message.Usage, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	vectors := make([][]float32, len(texts))
	var mu sync.Mutex
	var usage message.Usage
	var wg sync.WaitGroup
	places := make(chan struct{}, e.options.MaxParallel)
	for from := 0; from < len(texts); from += e.form.batch {
		places <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		to := min(from+e.form.batch, len(texts))
		wg.Go(func() {
			defer func() { <-places }()
			tokens, err := e.embedBatch(ctx, p, texts[from:to], vectors[from:to])
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			usage.Input += tokens
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, usage, callError("InvokeModel", e.id, context.Cause(ctx))
	}
	return vectors, usage, nil
}

// embedBatch fills into with the vectors of texts.
func (e *Embedder) embedBatch(ctx context.Context, p Purpose, texts []string, into [][]float32) (tokens int, err error) {
	body, err := encodeJSON(e.form.body(e, p, texts))
	if err != nil {
		return 0, err
	}
	reply, err := Invoke(ctx, e.client, Invocation{Model: e.id, Body: body})
	if err != nil {
		return 0, err
	}
	vectors, tokens, err := e.form.read(reply.Body)
	if err == nil && len(vectors) != len(texts) {
		err = fmt.Errorf("%d vectors for %d texts", len(vectors), len(texts))
	}
	if err != nil {
		return 0, &Error{Operation: "InvokeModel", Model: e.id, Message: "the answer: " + err.Error(), RequestID: reply.RequestID, Err: err}
	}
	copy(into, vectors)
	if tokens == 0 {
		tokens = reply.Usage.Input
	}
	return tokens, nil
}
