package io.httpconnector;

import java.time.Duration;
import java.util.OptionalInt;
import org.apache.hc.core5.http.Header;

/**
 * What was sent and what came back, safe to show and to store: every value that a secret put in is masked, also where the
 * service echoed it. Bodies are cut after 64 KiB.
 *
 * @param name what the request is called, such as the name of its template; empty when it has none
 * @param method the request method, such as {@code POST}
 * @param url the URL that was asked for, of the last hop when there were redirects
 * @param requestHeaders the header fields that were sent, without those of the connection itself
 * @param requestBody the body that was sent, as text; empty when there was none
 * @param status the status code; empty when no answer came
 * @param responseHeaders the header fields that came back, possibly none
 * @param responseBody the body that came back, as text; empty when there was none
 * @param took the time from the call until the answer was complete or the failure was clear
 * @param attempts how many attempts this call has made so far, 1 when it was not tried again
 */
public record Exchange(
        String name,
        String method,
        String url,
        Headers requestHeaders,
        String requestBody,
        OptionalInt status,
        Headers responseHeaders,
        String responseBody,
        Duration took,
        int attempts) {

    static Exchange answered(Request request, int status, Header[] headers, byte[] body, Duration took, int attempts) {
        Redactor redactor = new Redactor(request.secrets());
        Headers masked = redactor.mask(headers);
        String text = body.length == 0
                ? ""
                : redactor.mask(body, masked.first("Content-Type").orElse(null));
        return of(request, redactor, OptionalInt.of(status), masked, text, took, attempts);
    }

    static Exchange unanswered(Request request, Call call) {
        return of(
                request,
                new Redactor(request.secrets()),
                OptionalInt.empty(),
                Headers.NONE,
                "",
                call.took(),
                call.attempts());
    }

    private static Exchange of(
            Request request,
            Redactor redactor,
            OptionalInt status,
            Headers headers,
            String body,
            Duration took,
            int attempts) {
        Body sent = request.content();
        return new Exchange(
                request.name(),
                request.method(),
                redactor.mask(request.shownUrl()),
                redactor.mask(request.headers()),
                sent == null ? "" : redactor.mask(sent),
                status,
                headers,
                body,
                took,
                attempts);
    }

    /**
     * The exchange on one line, as it stands in the log.
     *
     * @return for instance {@code POST https://api.example.com/venues -> 400 (31 ms)}, or {@code (2310 ms, 3 attempts)}
     */
    public String summary() {
        return (name.isEmpty() ? "" : "\"" + name + "\": ") + method + " " + url + " -> "
                + (status.isPresent() ? String.valueOf(status.getAsInt()) : "no answer") + " (" + took.toMillis()
                + " ms" + (attempts == 1 ? "" : ", " + attempts + " attempts") + ")";
    }
}
