package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.wizard.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The next events of a receiver as samples: so that pills can be offered before a job runs. Events are handled as always
 * meanwhile. Safe for many threads.
 *
 * <pre>{@code
 * try (Capture capture = leads.capture(5)) {
 *     ...                                          // the service sends a few
 *     PillCatalogue pills = capture.catalogue("lead");
 * }
 * }</pre>
 */
public final class EventCapture implements AutoCloseable {

    private final int most;
    private final Consumer<EventCapture> onClose;
    private final List<JsonNode> samples = new ArrayList<>();

    EventCapture(int max, Consumer<EventCapture> onClose) {
        this.most = max;
        this.onClose = onClose;
    }

    void record(WebhookEvent event) {
        synchronized (samples) {
            if (samples.size() < most) {
                samples.add(Samples.redact(ResponseFactory.tree(event)));
            }
        }
    }

    /**
     * The events that came so far.
     *
     * @return each with {@code id}, {@code type}, {@code key}, {@code time}, {@code payload}, {@code headers} and {@code query};
     *     what is likely to be secret is masked
     */
    public List<JsonNode> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /**
     * What the events have in common.
     *
     * @return a JSON Schema (2020-12) of the samples; one that allows anything when there are none
     */
    public ObjectNode schema() {
        return Samples.inferSchema(samples());
    }

    /**
     * The pills that later steps can use.
     *
     * @param step how the event is called there, such as {@code lead}: its pills are as {@code lead.payload.email}
     * @return a catalogue for {@link io.httpconnector.template.RequestTemplate#check}
     */
    public PillCatalogue catalogue(String step) {
        return PillCatalogue.of(step, schema());
    }

    /** Takes no more samples. */
    @Override
    public void close() {
        onClose.accept(this);
    }
}
