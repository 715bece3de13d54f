package io.httpconnector.webhook;

import io.httpconnector.Time;
import io.httpconnector.webhook.Receipts.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
            EventReader reader,
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
        List<WebhookEvent> events;
        try {
            events = settings.reader.read(request, verdict, now);
        } catch (Payloads.TooLargeException e) {
            return refuse(request, Answers.TOO_LARGE, e.toString());
        } catch (Payloads.UnsupportedException e) {
            return refuse(request, Answers.UNSUPPORTED, e.toString());
        } catch (IOException e) {
            return refuse(request, Answers.BAD_REQUEST, "it can't be read: " + e);
        }
        WebhookResponse answer = Answers.OK;
        for (WebhookEvent event : events) {
            answer = answer.isAccepted()
                    ? answer(event, receipts.once(event.id(), () -> settings.handler.handle(event)))
                    : answer;
        }
        return answer;
    }

    @Override
    public int maxBody() {
        return settings.maxBody;
    }

    @Override
    public Duration bodyTimeout() {
        return settings.bodyTimeout;
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
