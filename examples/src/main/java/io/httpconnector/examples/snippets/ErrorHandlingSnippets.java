package io.httpconnector.examples.snippets;

import io.httpconnector.CannotConnectException;
import io.httpconnector.HttpConnection;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.ResponseRule;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import java.time.Duration;
import java.util.Map;

/** The code of {@code docs/error-handling.md}. */
final class ErrorHandlingSnippets {

    private ErrorHandlingSnippets() {}

    interface Queue {
        void putBack(String job, Duration delay);

        void show(String message);
    }

    static void handle(HttpConnection payments, Request request, String job, Queue queue) {

        try {
            payments.send(request);
        } catch (StatusException e) {
            queue.show(e.status() + ": " + e.json().at("/error/message").asText());
        } catch (RateLimitedException | CannotConnectException e) {
            queue.putBack(job, e.retryAfter().orElse(Duration.ofMinutes(1))); // nothing was processed
        }
    }

    static void idempotent(HttpConnection payments, Map<String, Object> payment, String jobId) {

        payments.send(Request.post("/payments").json(payment).idempotencyKey(jobId));
    }

    static HttpConnection rules() {
        return HttpConnection.named("Legacy")
                .baseUrl("https://legacy.example.com")
                .rule(ResponseRule.forStatus(403)
                        .header("X-RateLimit-Remaining", "0")
                        .treatAs(Action.RATE_LIMITED))
                .rule(ResponseRule.forStatus(200)
                        .json("/status", "error")
                        .treatAs(Action.FAIL)) // an error in a body with status 200
                .rule(ResponseRule.forStatus(400).text("try again").treatAs(Action.RETRY))
                .rule(ResponseRule.forStatus(404).treatAs(Action.IGNORE)) // an empty response
                .rule(ResponseRule.forStatus(300, 599).treatAs(Action.ACCEPT)) // everything else is accepted
                .build();
    }

    static ResponseRule ruleWithDelay() {
        return ResponseRule.forStatus(429)
                .treatAs(Action.RATE_LIMITED)
                .retry(RetryPolicy.maxAttempts(5)
                        .delayHeader("X-Reset")
                        .backoff(Duration.ofSeconds(1), Duration.ofMinutes(5)));
    }
}
