package io.httpconnector.testing.recording;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.ExchangeListener;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A recording of the exchanges of some connections in a file (HAR 1.2). The first run of a test records; all others replay the
 * file: without a network, in virtual time, and strictly. A request that was not recorded fails with a {@link
 * RecordingMismatchError}, and so does {@link #close()} if recorded requests were not sent.
 *
 * <pre>{@code
 * try (Recording recording = Recording.of(Path.of("src/test/resources/recordings/issues.har")).start();
 *         HttpConnection jira = recording.attachTo(HttpConnection.named("Jira").baseUrl(url).auth(auth)).build()) {
 *     jira.send(Request.get("/rest/api/3/search"));
 * }
 * }</pre>
 *
 * <p>Each attempt is one entry: redirects, retries, requests for tokens and downloads among them. Secrets are masked where they
 * were set and where they are echoed; the values of responses in which credentials arrive are replaced. Thread-safe.
 */
public final class Recording implements AutoCloseable {

    /** Header fields and parameters of webhooks that contain a signature or another secret. */
    private static final Pattern WEBHOOK_SECRET = Pattern.compile(
            "(?i).*(signature|hmac|token|secret|auth(?!or)|cookie|digest|api-?key|jwt|credential|password|hash).*|.*-sign");

    private final Path file;
    private final RecordingTap tap;
    private final SecretMask mask;
    private final @Nullable Replay replay;
    private final TimeSource time;
    private boolean isDiscarded;
    private boolean isClosed;

    Recording(Path file, RecordingTap tap, SecretMask mask, @Nullable Replay replay, TimeSource time) {
        this.file = file;
        this.tap = tap;
        this.mask = mask;
        this.replay = replay;
        this.time = time;
    }

    /**
     * Creates a builder.
     *
     * @param file the file, usually with the extension {@code .har}; also one that another tool has exported
     * @return the builder
     */
    public static RecordingBuilder of(Path file) {
        return new RecordingBuilder(notNull(file, "file"));
    }

    /**
     * Attaches a connection: adds {@link #listener()} and sets {@link #time()}.
     *
     * @param connection a builder with all settings of production
     * @return the builder
     */
    public HttpConnectionBuilder attachTo(HttpConnectionBuilder connection) {
        return notNull(connection, "connection").listener(listener()).timeSource(time());
    }

    /**
     * Returns the listener that records or replays the exchanges of the connections to which it is added. A connection has at most
     * one recording.
     *
     * @return the listener
     */
    public ExchangeListener listener() {
        return tap;
    }

    /**
     * Returns the time source for connections, triggers and receivers: a {@link io.httpconnector.testing.VirtualTime} during a
     * replay, which starts with the time of the recording and advances by the duration of each exchange.
     *
     * @return the time source
     */
    public TimeSource time() {
        return time;
    }

    /**
     * Waits between two steps of a test, such as until a token expires or the next poll is due: in real time while exchanges are
     * recorded, and without waiting during a replay.
     *
     * @param duration zero or more
     * @throws IllegalStateException if the thread is interrupted; its interrupt status is set
     */
    public void pause(Duration duration) {
        try {
            boolean unused = time.await(new CountDownLatch(1), notNull(duration, "duration"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }

    /**
     * Returns whether exchanges are replayed.
     *
     * @return false if they are recorded
     */
    public boolean isReplaying() {
        return replay != null;
    }

    /**
     * Returns the file.
     *
     * @return its path
     */
    public Path file() {
        return file;
    }

    /**
     * Records a webhook that was received. Its signature and other header fields and parameters with names of secrets are masked.
     * Does nothing during a replay.
     *
     * @param webhook the request as received, and the status of the response
     */
    public void add(RecordedWebhook webhook) {
        if (replay != null) {
            return;
        }
        List<RecordedEntry.Field> headers = new ArrayList<>();
        notNull(webhook, "webhook")
                .headers()
                .forEach((name, values) -> values.forEach(value -> headers.add(new RecordedEntry.Field(
                        name, WEBHOOK_SECRET.matcher(name).matches() ? LogSafe.MASK : mask.header(name, value)))));
        StringBuilder query = new StringBuilder();
        for (String pair :
                webhook.query().isEmpty() ? new String[0] : webhook.query().split("&", -1)) {
            String name = pair.substring(0, Math.max(0, pair.indexOf('=')));
            boolean isSecret = WEBHOOK_SECRET.matcher(name).matches();
            query.append(query.isEmpty() ? '?' : '&').append(isSecret ? name + "=" + LogSafe.MASK : pair);
        }
        String type = headers.stream()
                .filter(field -> field.name().equalsIgnoreCase("Content-Type"))
                .map(RecordedEntry.Field::value)
                .findFirst()
                .orElse("");
        RecordedEntry.Sent sent = new RecordedEntry.Sent(
                "",
                webhook.method(),
                "http://localhost" + mask.byName(webhook.path() + query),
                List.copyOf(headers),
                webhook.body().length == 0 ? null : mask.body(webhook.body(), type, Set.of(), false));
        RecordedEntry.Received received = new RecordedEntry.Received(webhook.status(), List.of(), null, 0, true);
        tap.add(() -> new RecordedEntry("", sent, received, null, time.now(), Duration.ZERO, true));
    }

    /**
     * Returns the recorded webhooks, in their order, each of them once. They are not signed: the header fields and parameters that
     * were masked are missing.
     *
     * @return the webhooks; none while exchanges are recorded
     */
    public List<RecordedWebhook> webhooks() {
        return replay == null
                ? List.of()
                : replay.webhooks().stream().map(Recording::webhook).toList();
    }

    private static RecordedWebhook webhook(RecordedEntry entry) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (RecordedEntry.Field field : entry.sent().headers()) {
            if (!field.value().contains(LogSafe.MASK)) {
                headers.computeIfAbsent(Ascii.lowerCase(field.name()), any -> new ArrayList<>())
                        .add(field.value());
            }
        }
        String url = entry.sent().url();
        int mark = url.indexOf('?');
        String whole = mark < 0 ? url : url.substring(0, mark);
        List<String> query = new ArrayList<>();
        for (String pair : mark < 0 ? new String[0] : url.substring(mark + 1).split("&", -1)) {
            if (!pair.contains(LogSafe.MASK)) {
                query.add(pair);
            }
        }
        RecordedEntry.StoredBody body = entry.sent().body();
        RecordedEntry.Received received = entry.received();
        int slash = whole.indexOf('/', whole.indexOf("//") + 2);
        return new RecordedWebhook(
                entry.sent().method(),
                slash < 0 ? "/" : whole.substring(slash),
                String.join("&", query),
                headers,
                body == null ? new byte[0] : body.bytes(),
                received == null ? 0 : received.status());
    }

    /**
     * Returns the error of the first request that was not recorded, which code under test may have caught.
     *
     * @return the error; empty if there is none
     */
    public Optional<RecordingMismatchError> mismatch() {
        return replay == null ? Optional.empty() : Optional.ofNullable(replay.first());
    }

    /** Ends the recording without writing the file and without a check for unused exchanges, such as after the test has failed. */
    public synchronized void discard() {
        isDiscarded = true;
    }

    /**
     * Ends the recording: writes the file, or checks the replay. Closing twice has no effect.
     *
     * @throws RecordingMismatchError if a request was not recorded, even if its error was caught, or recorded exchanges were not used
     * @throws IllegalStateException if nothing was recorded
     * @throws java.io.UncheckedIOException if the file can't be written
     */
    @Override
    public synchronized void close() {
        if (isClosed || isDiscarded) {
            return;
        }
        isClosed = true;
        if (replay != null) {
            replay.verify();
            return;
        }
        List<RecordedEntry> entries = tap.recorded();
        if (entries.isEmpty()) {
            throw new IllegalStateException("Nothing was recorded for " + file
                    + ": attach the recording to a connection, with attachTo(...), and send a request");
        }
        HarFile.write(file, entries);
    }

    /**
     * Describes the recording.
     *
     * @return the file and the mode
     */
    @Override
    public String toString() {
        return (replay == null ? "recording " : "replay of ") + file;
    }
}
