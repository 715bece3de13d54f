package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Time;
import io.httpconnector.webhook.Receipts.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiver that {@link WebhookReceiver#named} builds: verifies, recognises repetitions, handles, answers. Safe for many
 * threads.
 */
public final class WebhookEndpoint implements WebhookReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookEndpoint.class);

    private final Settings settings;
    private final Receipts receipts;

    /** What a builder has collected. */
    record Settings(
            String name,
            List<Verifier> verifiers,
            WebhookHandler handler,
            @Nullable Part id,
            @Nullable Part type,
            @Nullable String publicUrl,
            int maxBody,
            Duration bodyTimeout,
            Time time) {}

    WebhookEndpoint(Settings settings, Receipts receipts) {
        this.settings = settings;
        this.receipts = receipts;
    }

    @Override
    public WebhookResponse receive(WebhookRequest given) {
        WebhookRequest request = settings.publicUrl == null ? given : given.publicUrl(settings.publicUrl);
        if (!request.method().equals("POST")) {
            return Answers.METHOD_NOT_ALLOWED.header("Allow", "POST");
        }
        if (request.body().length > settings.maxBody) {
            return refuse(request, Answers.TOO_LARGE, "it is larger than " + settings.maxBody + " bytes");
        }
        Instant now = settings.time.now();
        Verdict verdict = Verdict.all(settings.verifiers, verifier -> verifier.verify(request, now));
        if (!verdict.isAccepted()) {
            return refuse(request, Answers.UNAUTHORIZED, verdict.toString());
        }
        WebhookEvent event;
        try {
            event = read(request, verdict, now);
        } catch (IOException e) {
            return refuse(request, Answers.BAD_REQUEST, "it can't be read: " + e.getMessage());
        }
        return answer(event, receipts.once(event.id(), () -> settings.handler.handle(event)));
    }

    @Override
    public int maxBody() {
        return settings.maxBody;
    }

    @Override
    public Duration bodyTimeout() {
        return settings.bodyTimeout;
    }

    private WebhookEvent read(WebhookRequest request, Verdict verdict, Instant now) throws IOException {
        JsonNode payload = Payloads.json(request.body());
        Supplier<String> fingerprint = verdict.fingerprint();
        String id = settings.id != null && verdict.covers(settings.id) ? value(settings.id, request, payload) : "";
        if (id.isEmpty()) {
            id = fingerprint == null ? UUID.randomUUID().toString() : fingerprint.get();
        }
        return new WebhookEvent(
                id,
                settings.name,
                settings.type == null ? "" : value(settings.type, request, payload),
                "",
                payload,
                request.headers(),
                Map.copyOf(Forms.parse(request.query())),
                new RawBody(request.header("Content-Type").orElse(""), request.body()),
                now);
    }

    private static String value(Part part, WebhookRequest request, JsonNode payload) {
        List<String> values = switch (part.kind) {
            case HEADER -> part.values(request.headers(part.name));
            case QUERY -> part.values(Forms.parse(request.query()).getOrDefault(part.name, List.of()));
            case BODY -> part.values(List.of(payload.at(part.pointer).asText("")));
        };
        return values.isEmpty() ? "" : values.get(0);
    }

    private WebhookResponse answer(WebhookEvent event, Outcome outcome) {
        return switch (outcome) {
            case HANDLED -> Answers.OK;
            case REPEATED -> {
                LOG.debug("{} has come before", event);
                yield Answers.OK;
            }
            case FAILED -> Answers.FAILED;
        };
    }

    /** The sender learns the status, the log learns why. */
    private WebhookResponse refuse(WebhookRequest request, WebhookResponse answer, String why) {
        LOG.info("{}: {} is answered {}: {}", settings.name, request, answer.status(), Texts.visible(why));
        return answer;
    }
}
