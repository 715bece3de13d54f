package io.httpconnector.testing.recording;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.testing.VirtualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builder for {@link Recording}. Not thread-safe. */
public final class RecordingBuilder {

    /** Header fields with other values in each run. */
    private static final List<String> VOLATILE_HEADERS = List.of(
            "baggage",
            "date",
            "idempotency-key",
            "traceparent",
            "tracestate",
            "user-agent",
            "x-amz-date",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-spanid",
            "x-b3-traceid",
            "x-correlation-id",
            "x-request-id");

    private static final List<String> VOLATILE_PARAMETERS =
            List.of("X-Amz-Date", "oauth_nonce", "oauth_timestamp", "X-Goog-Date");

    /** Names of values that are secrets wherever they occur. */
    private static final List<String> SECRET_NAMES = List.of(
            "access_token",
            "accessToken",
            "api_key",
            "client_assertion",
            "client_secret",
            "clientSecret",
            "id_token",
            "password",
            "passwd",
            "private_key",
            "refresh_token",
            "refreshToken",
            "sig",
            "signature",
            "X-Amz-Credential",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "X-Goog-Credential",
            "X-Goog-Signature");

    private final Path file;
    private final Set<String> ignoredHeaders = new LinkedHashSet<>(VOLATILE_HEADERS);
    private final Set<String> matchedHeaders = new LinkedHashSet<>();
    private final List<List<String>> ignoredQuery = new ArrayList<>();
    private final List<List<String>> ignoredBody = new ArrayList<>();
    private final Set<String> secretNames = new LinkedHashSet<>(SECRET_NAMES);
    private final Set<String> secrets = new LinkedHashSet<>();
    private RecordingMode mode = RecordingMode.AUTO;
    private boolean hasMode;
    private boolean isStrictOrder;
    private boolean allowsUnused;
    private @Nullable TimeSource time;

    RecordingBuilder(Path file) {
        this.file = file;
        VOLATILE_PARAMETERS.forEach(name -> ignoredQuery.add(List.of(name)));
    }

    /**
     * Sets whether to record or to replay. Default: {@link RecordingMode#ofSystem()}.
     *
     * @param mode the mode
     * @return this
     */
    public RecordingBuilder mode(RecordingMode mode) {
        this.mode = notNull(mode, "mode");
        this.hasMode = true;
        return this;
    }

    /**
     * Sets the time source. Default: the system time while exchanges are recorded; during a replay, a virtual time that starts with
     * the first exchange. A {@link VirtualTime} advances by the duration of each replayed exchange.
     *
     * @param time the time source
     * @return this
     */
    public RecordingBuilder timeSource(TimeSource time) {
        this.time = notNull(time, "timeSource");
        return this;
    }

    /**
     * Requires the requests to be sent in the order of the recording. By default, each request uses the first unused exchange with
     * an equal request, so that concurrent requests can be replayed.
     *
     * @return this
     */
    public RecordingBuilder strictOrder() {
        isStrictOrder = true;
        return this;
    }

    /**
     * Permits recorded exchanges that are not used, such as those of other pages in the archive of a browser. By default, they are
     * an error.
     *
     * @return this
     */
    public RecordingBuilder allowUnused() {
        allowsUnused = true;
        return this;
    }

    /**
     * Ignores header fields of requests. {@code Date}, {@code Idempotency-Key}, {@code User-Agent}, and the fields of request ids
     * and traces are always ignored.
     *
     * @param names the field names, in any case
     * @return this
     */
    public RecordingBuilder ignoreHeader(String... names) {
        each(names, "ignoreHeader").forEach(name -> ignoredHeaders.add(Ascii.lowerCase(name)));
        return this;
    }

    /**
     * Compares header fields of requests, also those that are ignored by default. In archives of other tools, such as browsers, no
     * others are compared.
     *
     * @param names the field names, in any case
     * @return this
     */
    public RecordingBuilder matchHeader(String... names) {
        each(names, "matchHeader").forEach(name -> matchedHeaders.add(Ascii.lowerCase(name)));
        return this;
    }

    /**
     * Ignores query parameters, such as a timestamp.
     *
     * @param names the names, decoded
     * @return this
     */
    public RecordingBuilder ignoreQuery(String... names) {
        each(names, "ignoreQuery").forEach(name -> ignoredQuery.add(List.of(name)));
        return this;
    }

    /**
     * Ignores members of JSON bodies and fields of forms in requests.
     *
     * @param pointers JSON pointers, such as {@code /requestedAt} or <code>/items/&#42;/id</code>, in which an asterisk stands for any name
     *     or index; an empty text for the whole body
     * @return this
     * @throws InvalidDefinitionException if a text is no JSON pointer (RFC 6901)
     */
    public RecordingBuilder ignoreBody(String... pointers) {
        for (String pointer : each(pointers, "ignoreBody")) {
            if (!pointer.isEmpty() && !pointer.startsWith("/")) {
                throw new InvalidDefinitionException(
                        "recording",
                        List.of("ignoreBody: " + LogSafe.visible(pointer)
                                + " is not a JSON pointer: start it with a slash"));
            }
            try {
                var unused = JsonSupport.pointer(pointer);
            } catch (InvalidDefinitionException e) {
                throw new InvalidDefinitionException(
                        "recording",
                        e.problems().stream()
                                .map(problem -> "ignoreBody: " + LogSafe.visible(pointer) + ": " + problem)
                                .toList());
            }
            ignoredBody.add(Arrays.stream(pointer.split("/", -1))
                    .skip(1)
                    .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
                    .toList());
        }
        return this;
    }

    /**
     * Masks the values of header fields, parameters, form fields, and JSON and XML members, in addition to usual names such as
     * {@code access_token}, {@code password} and {@code X-Amz-Signature}. The secrets of a connection are masked without it.
     *
     * @param names the names, in any case
     * @return this
     */
    public RecordingBuilder secretName(String... names) {
        secretNames.addAll(each(names, "secretName"));
        return this;
    }

    /**
     * Masks further secrets, such as one that is part of a response only. The secrets of a connection are masked without it.
     *
     * @param values the secrets
     * @return this
     */
    public RecordingBuilder secret(Secret... values) {
        for (Secret value : notNull(values, "secret")) {
            secrets.add(notNull(value, "secret").reveal());
        }
        return this;
    }

    private static List<String> each(String[] values, String what) {
        List<String> all = new ArrayList<>();
        for (String value : notNull(values, what)) {
            all.add(notNull(value, what));
        }
        return all;
    }

    /**
     * Starts to record or to replay.
     *
     * @return the recording, to be closed by the caller
     * @throws InvalidDefinitionException if the file is to be replayed and is missing, or is no HTTP Archive; reports all problems
     */
    public Recording start() {
        RecordingMode chosen = hasMode ? mode : RecordingMode.ofSystem();
        if (Files.isDirectory(file)) {
            throw new InvalidDefinitionException(
                    "recording " + file,
                    "it is a directory: give the path of a file, such as " + file.resolve("orders.har"));
        }
        boolean exists = Files.isRegularFile(file);
        SecretMask mask = new SecretMask(secretNames, secrets);
        if (chosen == RecordingMode.RECORD || (chosen == RecordingMode.AUTO && !exists)) {
            RecordingTap tap = new RecordingTap(mask, null);
            return new Recording(file, tap, mask, null, time == null ? TimeSource.SYSTEM : time);
        }
        if (!exists) {
            throw new InvalidDefinitionException(
                    "recording " + file,
                    List.of("the file is missing, and recordings are only replayed here: run the test with -D"
                            + RecordingMode.PROPERTY + "=true where the network is available, and commit the file"));
        }
        HarFileReader.Archive archive = HarFileReader.read(file);
        TimeSource source = time == null ? virtual(archive.entries()) : time;
        ReplayRules rules = new ReplayRules(
                Set.copyOf(ignoredHeaders),
                Set.copyOf(matchedHeaders),
                List.copyOf(ignoredQuery),
                List.copyOf(ignoredBody),
                isStrictOrder,
                allowsUnused);
        Replay replay = new Replay(file, archive, rules, source instanceof VirtualTime virtual ? virtual : null);
        return new Recording(file, new RecordingTap(mask, replay), mask, replay, source);
    }

    private static VirtualTime virtual(List<RecordedEntry> entries) {
        return entries.stream()
                .map(RecordedEntry::startedAt)
                .filter(start -> start.isAfter(Instant.EPOCH))
                .min(Instant::compareTo)
                .map(VirtualTime::new)
                .orElseGet(VirtualTime::new);
    }
}
