package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Exchange;
import io.httpconnector.wizard.SampleExchange;
import java.util.List;
import java.util.stream.Stream;

/** Shows a sample request with its response, and explains why it was rejected. */
final class SampleReport {

    private static final int MAX_LINES = 40;
    private static final int MAX_LINE = 300;

    private final Terminal terminal;

    SampleReport(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Prints status and body, formatted and shortened, and for a rejected sample the reason. */
    void print(SampleExchange sample) {
        Exchange exchange = sample.exchange();
        terminal.note(exchange.method() + " " + exchange.url());
        if (sample.status().isPresent()) {
            int status = sample.status().getAsInt();
            String line = "HTTP " + status + ", " + exchange.elapsed().toMillis() + " ms";
            terminal.note(terminal.styled(sample.failure().isEmpty() ? "fg(green)" : "fg(red)", line));
            shortened(formatted(sample)).forEach(terminal::note);
        }
        sample.failure().ifPresent(failure -> {
            terminal.note(terminal.styled("fg(red)", "rejected: ")
                    + (sample.status().isPresent() ? advice(sample.status().getAsInt()) : failure.getMessage()));
            mentioned(sample);
        });
    }

    private static String formatted(SampleExchange sample) {
        return sample.json().isContainerNode() ? sample.json().toPrettyString() : sample.body();
    }

    private static List<String> shortened(String text) {
        List<String> lines = text.lines()
                .map(line -> line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + " ..." : line)
                .toList();
        int more = lines.size() - MAX_LINES;
        return Stream.concat(
                        lines.stream().limit(MAX_LINES),
                        more > 0 ? Stream.of("... " + more + " more lines") : Stream.of())
                .toList();
    }

    private static String advice(int status) {
        return switch (status) {
            case 400, 422 -> "the service does not accept the parameters or the body: the response says why";
            case 401, 403 ->
                "the service does not accept the credentials, or they lack a permission: check the secrets, or run"
                        + " \"connector authorize\"";
            case 404, 410 -> "there is nothing at this URL: check it against the documentation of the service";
            case 405 -> "this URL has other methods";
            case 406 -> "the service cannot respond with the media type of the header field Accept";
            case 411, 413 -> "the service does not accept a body of this size";
            case 415 -> "the service expects another media type: correct the body, or its header field Content-Type";
            case 429 -> "too many requests: wait, and send it again";
            default ->
                status >= 500
                        ? "the service has failed: send it again later"
                        : "the status is not accepted: \"accept\" accepts it";
        };
    }

    /** Shows the values of the body whose location the response mentions, such as {@code venue.address.country}. */
    private void mentioned(SampleExchange sample) {
        ObjectNode definition = sample.draft().definition();
        for (SampleValues.SampleValue value : SampleValues.of(definition)) {
            String pointer = value.location();
            if (pointer.matches("/.*/.*") && mentions(sample.body(), pointer.substring(1))) {
                terminal.note("The response mentions " + pointer + ", which is " + value.value());
            }
        }
    }

    private static boolean mentions(String body, String path) {
        return body.contains(path) || body.contains(path.replace('/', '.'));
    }
}
