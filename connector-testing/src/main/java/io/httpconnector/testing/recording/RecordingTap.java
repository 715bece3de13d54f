package io.httpconnector.testing.recording;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.internal.recording.ExchangeTap;
import io.httpconnector.internal.recording.RawExchange;
import io.httpconnector.internal.recording.TappedRequest;
import io.httpconnector.internal.recording.TappedResponse;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.SecretMatcher;
import io.httpconnector.internal.transport.TransportFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The tap of the connections of a recording: records the exchanges, or replays them. Thread-safe. */
final class RecordingTap implements ExchangeListener, ExchangeTap {

    private static final Pattern HTTP_ONLY = Pattern.compile("(?i);\\s*HttpOnly\\s*(?:;|$)");

    private final SecretMask mask;
    private final @Nullable Replay replay;
    private final List<RecordedEntry> recorded = new ArrayList<>();

    RecordingTap(SecretMask mask, @Nullable Replay replay) {
        this.mask = mask;
        this.replay = replay;
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        return new CallObserver() {};
    }

    @Override
    public boolean substitutes() {
        return replay != null;
    }

    @Override
    public @Nullable TappedResponse substitute(TappedRequest request) throws TransportFailure {
        return replay == null ? null : replay.response(sent(request), request.secrets());
    }

    @Override
    public void record(
            TappedRequest request,
            @Nullable TappedResponse response,
            @Nullable TransportFailure failure,
            Instant startedAt,
            Duration elapsed) {
        boolean isEndOfTest = failure != null
                && response == null
                && (failure.kind() == TransportFailure.Kind.CLOSED
                        || failure.kind() == TransportFailure.Kind.INTERRUPTED);
        if (isEndOfTest || (response == null && failure == null)) {
            return;
        }
        mask.learn(request.declaredSecrets());
        if (response != null) {
            mask.learn(sessions(request, response));
        }
        RecordedEntry entry = new RecordedEntry(
                request.connection(),
                sent(request),
                response == null ? null : received(request, response),
                failure == null ? null : RecordedEntry.Failure.of(failure, message(request.secrets(), failure)),
                startedAt,
                elapsed,
                false);
        add(() -> entry);
    }

    /** Returns the cookies that are credentials: those of a login, and those that are hidden from scripts. */
    private static Set<String> sessions(TappedRequest request, TappedResponse response) {
        HeaderFields fields = response.headers();
        Set<String> values = new LinkedHashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            boolean isSession = request.hasSecretResponse()
                    || HTTP_ONLY.matcher(fields.value(i)).find();
            if (isSession) {
                values.addAll(CredentialExchange.cookies(fields, i));
            }
        }
        return values;
    }

    /** Adds an entry. */
    void add(Supplier<RecordedEntry> entry) {
        synchronized (recorded) {
            recorded.add(entry.get());
        }
    }

    private static String message(Set<String> secrets, TransportFailure failure) {
        String message = failure.reason().getMessage();
        return message == null ? failure.reason().getClass().getSimpleName() : new SecretMatcher(secrets).mask(message);
    }

    private RecordedEntry.Sent sent(TappedRequest request) {
        RawExchange.SentBody body = request.body();
        RecordedEntry.StoredBody content = null;
        if (body != null) {
            content = body.description() == null
                    ? mask.body(body.content(), body.contentType(), request.secrets(), false)
                    : new RecordedEntry.StoredBody(body.contentType(), body.description(), false);
        }
        return new RecordedEntry.Sent(
                request.name(), request.method(), mask.byName(request.url()), fields(request.headers()), content);
    }

    private RecordedEntry.Received received(TappedRequest request, TappedResponse response) {
        boolean hasCredentials = request.hasSecretResponse() && response.status() < 400;
        HeaderFields shown = request.responseRedaction().apply(response.headers());
        Set<String> secrets = new LinkedHashSet<>(request.secrets());
        CredentialExchange.cookies(response.headers()).stream()
                .filter(value -> value.length() >= SecretMask.MIN_LENGTH)
                .forEach(secrets::add);
        SecretMatcher matcher = new SecretMatcher(secrets);
        String type = null;
        for (int i = 0; i < shown.size(); i++) {
            type = shown.name(i).equalsIgnoreCase("Content-Type") ? shown.value(i) : type;
        }
        return new RecordedEntry.Received(
                response.status(),
                fields(shown).stream()
                        .map(field -> new RecordedEntry.Field(field.name(), matcher.mask(field.value())))
                        .toList(),
                mask.body(response.body(), type, secrets, hasCredentials),
                response.length(),
                response.isWhole());
    }

    private List<RecordedEntry.Field> fields(HeaderFields fields) {
        return RecordedEntry.Field.of(fields).stream()
                .map(field -> new RecordedEntry.Field(field.name(), mask.header(field.name(), field.value())))
                .toList();
    }

    /** Returns the recorded entries without the secrets of any of them. */
    List<RecordedEntry> recorded() {
        synchronized (recorded) {
            return mask.all(recorded);
        }
    }
}
