package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Headers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The progress of polling in one partition. The section "What a poll may conclude" of docs/polling.md defines what moves each
 * component.
 *
 * @param started whether the first poll is complete
 * @param startTime when the first poll started, by the local clock in nanoseconds since 1970, whether it succeeded or not
 * @param generation how many times keys were forgotten or deleted; distinguishes the events of records that are returned again
 * @param position the position up to which all records have provably been seen, in the unit of the cursor; never moves back
 * @param unproven the last read from the position on, if records may have moved between its pages
 * @param token the token that the service returned for the next poll; for the root partition, the parent to start with
 * @param validators for a conditional request
 * @param paused the read that a limit ended before its last page; the next poll continues it
 * @param cappedPolls the number of successive polls that seemed to end at a limit of the service
 */
record Checkpoint(
        boolean started,
        @Nullable Long startTime,
        long generation,
        @Nullable Long position,
        @Nullable Unproven unproven,
        @Nullable String token,
        @Nullable Validators validators,
        @Nullable PausedRead paused,
        int cappedPolls) {

    static final Checkpoint NONE = new Checkpoint(false, null, 0, null, null, null, null, null, 0);

    /**
     * A complete read that may have skipped records that moved in the meantime. A second read proves it.
     *
     * @param reached the position up to which all would have been seen
     * @param ended when it ended by the clock of the service, in nanoseconds since 1970: later changes cannot have moved
     *     anything in it
     * @param others the sum of the fingerprints of the records on its pages that are not remembered
     */
    record Unproven(long reached, long ended, long others) {}

    /**
     * The validators of a response (RFC 9110, section 8.8).
     *
     * @param request the request to which they belong
     */
    record Validators(
            String request, @Nullable String etag, @Nullable String lastModified) {

        /**
         * The validators of a response by which any later change is detected; null when there are none. A modification time is
         * used when it is at least one second older than the response, because changes within that second have the same time
         * (RFC 9110, section 8.8.2.2). A weak entity tag may be derived from such a time: then it is used under the same
         * condition; without a modification time it is used as it is.
         */
        static @Nullable Validators of(String request, Headers headers) {
            String lastModified = headers.first("Last-Modified").orElse(null);
            boolean isStrong = lastModified != null && isOlder(lastModified, headers);
            String etag = headers.first("ETag").orElse(null);
            boolean isUnreliable = etag != null && etag.startsWith("W/") && lastModified != null && !isStrong;
            if (isUnreliable || (etag == null && !isStrong)) {
                return null;
            }
            return new Validators(request, etag, isStrong ? lastModified : null);
        }

        private static boolean isOlder(String lastModified, Headers headers) {
            Instant modified = ServerClock.parsed(lastModified);
            Instant date = ServerClock.parsed(headers.first("Date").orElse(""));
            return modified != null && date != null && !modified.plusSeconds(1).isAfter(date);
        }
    }

    Checkpoint withStarted() {
        return new Checkpoint(true, startTime, generation, position, unproven, token, validators, paused, cappedPolls);
    }

    Checkpoint withStartTime(long time) {
        return new Checkpoint(started, time, generation, position, unproven, token, validators, paused, cappedPolls);
    }

    Checkpoint withNextGeneration() {
        return new Checkpoint(
                started, startTime, generation + 1, position, unproven, token, validators, paused, cappedPolls);
    }

    /** Moves the position forward; a position that is further already is kept. */
    Checkpoint withPosition(long proven) {
        long furthest = position == null ? proven : Math.max(position, proven);
        boolean isPassed = unproven != null && unproven.reached <= furthest;
        return new Checkpoint(
                started,
                startTime,
                generation,
                furthest,
                isPassed ? null : unproven,
                token,
                validators,
                paused,
                cappedPolls);
    }

    Checkpoint withUnproven(@Nullable Unproven read) {
        return new Checkpoint(started, startTime, generation, position, read, token, validators, paused, cappedPolls);
    }

    Checkpoint withToken(@Nullable String next) {
        return new Checkpoint(
                started, startTime, generation, position, unproven, next, validators, paused, cappedPolls);
    }

    Checkpoint withValidators(@Nullable Validators given) {
        return new Checkpoint(started, startTime, generation, position, unproven, token, given, paused, cappedPolls);
    }

    Checkpoint withPaused(@Nullable PausedRead read) {
        return new Checkpoint(started, startTime, generation, position, unproven, token, validators, read, cappedPolls);
    }

    Checkpoint withCappedPolls(int polls) {
        return new Checkpoint(started, startTime, generation, position, unproven, token, validators, paused, polls);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("started", started).put("begun", startTime).put("generation", generation);
        json.put("position", position).put("token", token);
        if (unproven != null) {
            json.putObject("unproven")
                    .put("reached", unproven.reached)
                    .put("ended", unproven.ended)
                    .put("others", unproven.others);
        }
        if (validators != null) {
            json.putObject("validators")
                    .put("request", validators.request)
                    .put("etag", validators.etag)
                    .put("lastModified", validators.lastModified);
        }
        if (paused != null) {
            json.set("paused", paused.toJson());
        }
        if (cappedPolls > 0) {
            json.put("cappedPolls", cappedPolls);
        }
        return json;
    }

    static Checkpoint fromJson(JsonNode json) {
        JsonNode given = json.path("validators");
        JsonNode read = json.path("unproven");
        return new Checkpoint(
                json.path("started").asBoolean(),
                number(json.path("begun")),
                // Earlier versions stored the number of polls.
                json.path("generation").asLong(json.path("polls").asLong()),
                position(json),
                read.isObject()
                        ? new Unproven(
                                read.path("reached").longValue(),
                                read.path("ended").longValue(),
                                read.path("others").longValue())
                        : null,
                text(json.path("token")),
                given.isObject()
                        ? new Validators(
                                given.path("request").asText(),
                                text(given.path("etag")),
                                text(given.path("lastModified")))
                        : null,
                json.path("paused").isObject() ? PausedRead.fromJson(json.path("paused")) : null,
                json.path("cappedPolls").asInt());
    }

    /** Earlier versions stored the start of the next query as "query" when the position was not proven. */
    private static @Nullable Long position(JsonNode json) {
        Long position = number(json.path("position"));
        Long query = number(json.path("query"));
        return position == null || query == null ? position : Long.valueOf(Math.min(position, query));
    }

    private static @Nullable Long number(JsonNode value) {
        return value.isNumber() ? value.longValue() : null;
    }

    private static @Nullable String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : null;
    }
}
