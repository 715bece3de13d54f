package io.httpconnector;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.LogSafe;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
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
 * @param startedAt when the call began
 * @param elapsed the time from the call until the answer was complete or the failure was clear
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
        Instant startedAt,
        Duration elapsed,
        int attempts) {

    static Exchange withResponse(Request request, int status, Header[] headers, byte[] body, CallTiming moment) {
        Redactor redactor = new Redactor(request.secrets());
        Headers masked = redactor.mask(headers);
        if (body.length > 0 && request.redactsResponse() && status / 100 == 2) {
            return of(request, redactor, OptionalInt.of(status), masked, LogSafe.MASK, moment);
        }
        String text = body.length == 0
                ? ""
                : redactor.mask(body, masked.first("Content-Type").orElse(null));
        return of(request, redactor, OptionalInt.of(status), masked, text, moment);
    }

    static Exchange withoutResponse(Request request, CallContext call) {
        return of(request, new Redactor(request.secrets()), OptionalInt.empty(), Headers.NONE, "", call.timing());
    }

    /** What was written into a header for credentials is masked here, too: it did not come from an auth strategy. */
    static Exchange unsent(Request request) {
        Request shown = request;
        for (String name : List.of("Authorization", "Proxy-Authorization", "Cookie")) {
            String value = request.header(name).orElse("");
            shown = value.isEmpty() ? shown : shown.header(name, Secret.of(value));
        }
        CallTiming never = new CallTiming(Instant.EPOCH, Duration.ZERO, 0);
        return of(shown, new Redactor(shown.secrets()), OptionalInt.empty(), Headers.NONE, "", never);
    }

    private static Exchange of(
            Request request, Redactor redactor, OptionalInt status, Headers headers, String body, CallTiming moment) {
        Body sent = request.content();
        return new Exchange(
                request.name(),
                request.method(),
                redactor.mask(request.shownUrl()),
                redactor.mask(sent == null ? request.headers() : withContentType(request, sent)),
                sent == null ? "" : redactor.mask(sent),
                status,
                headers,
                body,
                moment.startedAt(),
                moment.elapsed(),
                moment.attempts());
    }

    private static NameValuePair[] withContentType(Request request, Body body) {
        NameValuePair[] fields = request.headers();
        if (request.header("Content-Type").isPresent()) {
            return fields;
        }
        NameValuePair[] all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = NameValuePair.of("Content-Type", body.contentType());
        return all;
    }

    /**
     * When something happened in a call.
     *
     * @param startedAt when the call began
     * @param elapsed how long it had taken by then
     * @param attempts how many attempts it had made by then
     */
    record CallTiming(Instant startedAt, Duration elapsed, int attempts) {}

    /**
     * The exchange on one line, as it stands in the log.
     *
     * @return for instance {@code POST https://api.example.com/venues -> 400 (31 ms)}, or {@code (2310 ms, 3 attempts)}
     */
    public String summary() {
        return (name.isEmpty() ? "" : "\"" + name + "\": ") + method + " " + url + " -> "
                + (status.isPresent() ? String.valueOf(status.getAsInt()) : "no answer") + " (" + elapsed.toMillis()
                + " ms" + (attempts == 1 ? "" : ", " + attempts + " attempts") + ")";
    }

    /**
     * The request as a command for curl, quoted for a POSIX shell. It runs as it is when each {@code ***} is replaced by the secret, and the file
     * {@code BODY} is there if the body was a file or a stream.
     *
     * @return the command, for a shell of Unix
     */
    public String asCurl() {
        return ExchangeFormatter.curl(this);
    }

    /**
     * The request as text of an {@code .http} file, which editors can send. The format has no quoting: a body with lines that mean
     * something there, such as {@code ###}, or with two opening braces, is replaced by a reference to the file {@code BODY}.
     *
     * @return request line, headers and body; each {@code ***} stands for a secret
     */
    public String asHttp() {
        return ExchangeFormatter.http(this);
    }

    /**
     * Request and answer as an HTTP Archive, version 1.2, which the developer tools of browsers can show.
     *
     * @return JSON; each {@code ***} stands for a secret
     */
    public String asHar() {
        return ExchangeFormatter.har(this);
    }
}
