package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Something that has happened at a service, as it told by a webhook. Immutable, as long as the tree is not changed.
 *
 * @param id the same whenever the same event comes again, and no other event's: by it a repetition is recognised
 * @param receiver the name of the receiver
 * @param type what kind of event it is; empty when the receiver does not know where that stands
 * @param key what it is about, when events are to be handled in order; empty otherwise
 * @param payload the body as a tree, whatever its format
 * @param headers the header fields by their names in lower case, without those that may hold secrets
 * @param query the parameters of the query
 * @param body the body as it came
 * @param time when it came, by the clock of this machine
 */
public record WebhookEvent(
        String id,
        String receiver,
        String type,
        String key,
        JsonNode payload,
        Map<String, List<String>> headers,
        Map<String, List<String>> query,
        RawBody body,
        Instant time) {

    /**
     * Says which event it is, and shows nothing of its content.
     *
     * @return receiver, type and id
     */
    @Override
    public String toString() {
        return receiver + ": " + (type.isEmpty() ? "event" : Texts.visible(type)) + " (" + Texts.visible(id) + ")";
    }
}
