package io.httpconnector;

import io.httpconnector.internal.text.ExchangeFormatter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A recorded request and its response, safe to show and to store: every value that comes from a secret is masked, also where
 * the service echoes it. Bodies are truncated to 64 KiB.
 *
 * @param name what the request is called, such as the name of its template; empty when it has none
 * @param method the request method, such as {@code POST}
 * @param url the URL that was asked for, of the last hop when there were redirects
 * @param requestHeaders the header fields that were sent, without those of the connection itself
 * @param requestBody the body that was sent, as text; empty when there was none
 * @param status the status code; empty when there was no response
 * @param responseHeaders the header fields that came back, possibly none
 * @param responseBody the body that came back, as text; empty when there was none
 * @param startedAt when the call began
 * @param elapsed the time from the call until the response was complete or the failure was clear
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

    /**
     * Returns the exchange on one line, as it stands in the log.
     *
     * @return for instance {@code POST https://api.example.com/venues -> 400 (31 ms)}, or {@code (2310 ms, 3 attempts)}
     */
    public String summary() {
        return (name.isEmpty() ? "" : "\"" + name + "\": ") + method + " " + url + " -> "
                + (status.isPresent() ? String.valueOf(status.getAsInt()) : "no response") + " (" + elapsed.toMillis()
                + " ms" + (attempts == 1 ? "" : ", " + attempts + " attempts") + ")";
    }

    /**
     * Returns the request as a command for curl, quoted for a POSIX shell. It runs as it is when each {@code ***} is replaced by the secret, and the file
     * {@code BODY} is there if the body was a file or a stream.
     *
     * @return the command, for a shell of Unix
     */
    public String asCurl() {
        return ExchangeFormatter.curl(values());
    }

    /**
     * Returns the request as text of an {@code .http} file, which editors can send. The format has no quoting: a body with lines that mean
     * something there, such as {@code ###}, or with two opening braces, is replaced by a reference to the file {@code BODY}.
     *
     * @return request line, headers and body; each {@code ***} stands for a secret
     */
    public String asHttp() {
        return ExchangeFormatter.http(values());
    }

    /**
     * Request and response as an HTTP Archive, version 1.2, which the developer tools of browsers can show.
     *
     * @return JSON; each {@code ***} stands for a secret
     */
    public String asHar() {
        return ExchangeFormatter.har(values());
    }

    private ExchangeFormatter.Values values() {
        return new ExchangeFormatter.Values(
                name,
                method,
                url,
                values(requestHeaders),
                requestBody,
                status.orElse(0),
                values(responseHeaders),
                responseBody,
                startedAt,
                elapsed);
    }

    private static Map<String, List<String>> values(Headers headers) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        headers.names().forEach(name -> values.put(name, headers.all(name)));
        return values;
    }
}
