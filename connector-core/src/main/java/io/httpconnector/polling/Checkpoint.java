package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * How far a poll has come, below one parent.
 *
 * @param started whether the first poll is over
 * @param polls how many polls have found something and come to their end
 * @param position up to where all records have been seen, in the unit of the cursor; never moves back
 * @param query where the next query begins, when that is before the position
 * @param token what the service wants to see the next time, where only the service understands it
 * @param validators for a conditional request
 */
record Checkpoint(
        boolean started,
        long polls,
        @Nullable Long position,
        @Nullable Long query,
        @Nullable String token,
        @Nullable Validators validators) {

    static final Checkpoint NONE = new Checkpoint(false, 0, null, null, null, null);

    /**
     * What the service gave to recognise its answer by.
     *
     * @param request which request it was given for
     */
    record Validators(
            String request, @Nullable String etag, @Nullable String lastModified) {}

    Checkpoint withStarted() {
        return new Checkpoint(true, polls, position, query, token, validators);
    }

    Checkpoint withPolls(long count) {
        return new Checkpoint(started, count, position, query, token, validators);
    }

    /** At this position, or where it is already when that is further. */
    Checkpoint withPosition(long reached) {
        long furthest = position == null ? reached : Math.max(position, reached);
        return new Checkpoint(started, polls, furthest, query, token, validators);
    }

    Checkpoint withQuery(@Nullable Long from) {
        return new Checkpoint(started, polls, position, from, token, validators);
    }

    Checkpoint withToken(@Nullable String next) {
        return new Checkpoint(started, polls, position, query, next, validators);
    }

    Checkpoint withValidators(@Nullable Validators given) {
        return new Checkpoint(started, polls, position, query, token, given);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("started", started).put("polls", polls);
        json.put("position", position).put("query", query).put("token", token);
        if (validators != null) {
            json.putObject("validators")
                    .put("request", validators.request)
                    .put("etag", validators.etag)
                    .put("lastModified", validators.lastModified);
        }
        return json;
    }

    static Checkpoint fromJson(JsonNode json) {
        JsonNode given = json.path("validators");
        return new Checkpoint(
                json.path("started").asBoolean(),
                json.path("polls").asLong(),
                number(json.path("position")),
                number(json.path("query")),
                text(json.path("token")),
                given.isObject()
                        ? new Validators(
                                given.path("request").asText(),
                                text(given.path("etag")),
                                text(given.path("lastModified")))
                        : null);
    }

    private static @Nullable Long number(JsonNode value) {
        return value.isNumber() ? value.longValue() : null;
    }

    private static @Nullable String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : null;
    }
}
