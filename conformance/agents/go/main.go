// An application with the Elastic APM agent for Go: one custom gauge, and a transaction with a span twice a second. It
// says on its standard output whether the transaction was sampled, and ends when its standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"go.elastic.co/apm/v2"
)

func main() {
	tracer := apm.DefaultTracer()
	tracer.RegisterMetricsGatherer(apm.GatherMetricsFunc(func(_ context.Context, metrics *apm.Metrics) error {
		metrics.Add("conformance.queue", []apm.MetricLabel{{Name: "region", Value: "eu"}}, 42.5)
		return nil
	}))
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	for {
		select {
		case <-ended:
			tracer.Flush(nil)
			tracer.Close()
			return
		case <-time.After(500 * time.Millisecond):
			transaction := tracer.StartTransaction("GET /orders", "request")
			span := transaction.StartSpan("SELECT", "db.postgresql.query", nil)
			time.Sleep(20 * time.Millisecond)
			span.End()
			fmt.Printf("{\"sampled\":%t}\n", transaction.Sampled())
			transaction.End()
		}
	}
}
