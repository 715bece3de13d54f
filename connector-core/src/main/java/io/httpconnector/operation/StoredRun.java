package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationPoller.History;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.trigger.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The stored state of a run. A change is made to a copy. Not thread-safe. */
final class StoredRun {

    /** A step of a run, which is stored before its request. */
    enum RunStep {
        START,
        FIND,
        UPLOAD,
        POLL,
        ABORT,
        DELIVER,
        DELETE
    }

    /**
     * A step that a node executes.
     *
     * @param id the unique id of the attempt
     * @param until other nodes wait until then
     */
    record Claim(RunStep step, String id, String node, Instant until) {}

    final String key;
    /** The unique key of the run for the service. */
    final String operationKey;

    /** The values of the caller, by step. */
    final ObjectNode pills;

    final Instant created;

    /** The name of the connection that sends the requests. */
    String connection = "";

    Stage stage = Stage.INTENT;

    @Nullable Claim claim;

    /** Whether a start may have been executed whose response was lost. */
    boolean isUncertain;
    /** When a start whose response was lost has ended. */
    Instant attemptEnd;

    @Nullable OperationReference reference;

    boolean isUploaded;
    /** Whether an upload may have been executed in part. */
    boolean isUploadUncertain;

    History history = History.NONE;
    /** When the next step is due. */
    Instant next;

    int failures;
    String error = "";

    @Nullable OperationFailure reason;

    @Nullable JsonNode status;

    String state = "";

    @Nullable JsonNode progress;

    String base = "";
    boolean isAbortRequested;
    boolean isAbortSent;
    /** Whether a notification has arrived since the last status request was sent. */
    boolean isNotified;

    @Nullable Instant ended;

    boolean isDelivered;
    int deliveries;
    /** Whether the operation is to be deleted at the service. */
    boolean isDeleteDue;

    @Nullable DeadLetter deadLetter;

    StoredRun(String key, String operationKey, ObjectNode pills, Instant created) {
        this.key = key;
        this.operationKey = operationKey;
        this.pills = pills;
        this.created = created;
        this.next = created;
        this.attemptEnd = created;
    }

    StoredRun copy() {
        return fromJson(toJson());
    }

    /** Returns whether the operation may have been started, although its id is not known yet. */
    boolean isStarting() {
        return stage == Stage.INTENT && (claim != null || isUncertain);
    }

    /** Returns when the next status is requested: immediately after a notification. */
    Instant nextPoll(Instant now, Duration delay) {
        return isNotified ? now : now.plus(delay);
    }

    boolean isEnded() {
        return stage != Stage.INTENT && stage != Stage.STARTED;
    }

    void end(Stage last, @Nullable OperationFailure why, String message, Instant now) {
        stage = last;
        reason = why;
        error = message;
        ended = now;
        next = now;
    }

    /** Stores the operation that was started. */
    void started(OperationReference started, Instant now) {
        stage = Stage.STARTED;
        reference = started;
        isUncertain = false;
        reason = null;
        failures = 0;
        error = "";
        next = now;
    }

    void observed(OperationStatus observed, String link) {
        status = observed.response();
        state = observed.value();
        progress = observed.progress();
        base = link;
    }

    OperationStatus lastStatus(OperationReference operation, OperationStatus.OperationState last) {
        return new OperationStatus(
                operation.label(),
                last,
                state,
                progress == null ? OperationDefinition.NOTHING : progress,
                status == null ? OperationDefinition.NOTHING : status);
    }

    RunStatus toStatus(boolean hasHandler) {
        boolean isDue = !isEnded()
                || (stage == Stage.DONE && hasHandler && (isDeleteDue || (!isDelivered && deadLetter == null)));
        return new RunStatus(
                key,
                stage,
                Optional.ofNullable(reference).map(OperationReference::label),
                state.isEmpty() ? Optional.empty() : Optional.of(state),
                progress == null ? OperationDefinition.NOTHING : progress,
                error.isEmpty() ? Optional.empty() : Optional.of(error),
                Optional.ofNullable(reason),
                isDelivered,
                isDue ? Optional.of(next) : Optional.empty());
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("key", key).put("operationKey", operationKey).put("created", created.toString());
        json.set("pills", pills);
        json.put("connection", connection);
        json.put("stage", stage.name()).put("next", next.toString()).put("attemptEnd", attemptEnd.toString());
        if (claim != null) {
            json.putObject("claim")
                    .put("step", claim.step.name())
                    .put("id", claim.id)
                    .put("node", claim.node)
                    .put("until", claim.until.toString());
        }
        json.put("uncertain", isUncertain).put("uploaded", isUploaded).put("uploadUncertain", isUploadUncertain);
        if (reference != null) {
            json.set("reference", reference.toJson());
        }
        json.put("polls", history.polls()).put("seen", history.seen());
        json.put("failures", failures).put("error", error).put("state", state).put("base", base);
        json.put("abort", isAbortRequested).put("abortSent", isAbortSent).put("notified", isNotified);
        json.put("delivered", isDelivered).put("deliveries", deliveries).put("deleteDue", isDeleteDue);
        put(json, "reason", reason == null ? null : JsonNodeFactory.instance.textNode(reason.name()));
        put(json, "status", status);
        put(json, "progress", progress);
        put(json, "ended", ended == null ? null : JsonNodeFactory.instance.textNode(ended.toString()));
        put(json, "deadLetter", deadLetter == null ? null : deadLetter.toJson());
        return json;
    }

    private static void put(ObjectNode json, String name, @Nullable JsonNode value) {
        if (value != null && !value.isMissingNode()) {
            json.set(name, value);
        }
    }

    static StoredRun fromJson(JsonNode json) {
        StoredRun run = new StoredRun(
                json.path("key").asText(),
                json.path("operationKey").asText(),
                json.path("pills").deepCopy(),
                Instant.parse(json.path("created").asText()));
        run.connection = json.path("connection").asText();
        run.stage = Stage.valueOf(json.path("stage").asText());
        run.next = Instant.parse(json.path("next").asText());
        run.attemptEnd = Instant.parse(json.path("attemptEnd").asText());
        JsonNode claim = json.path("claim");
        run.claim = claim.isMissingNode()
                ? null
                : new Claim(
                        RunStep.valueOf(claim.path("step").asText()),
                        claim.path("id").asText(),
                        claim.path("node").asText(),
                        Instant.parse(claim.path("until").asText()));
        run.isUncertain = json.path("uncertain").asBoolean();
        run.isUploaded = json.path("uploaded").asBoolean();
        run.isUploadUncertain = json.path("uploadUncertain").asBoolean();
        run.reference = json.has("reference") ? OperationReference.fromJson(json.path("reference")) : null;
        run.history = new History(json.path("polls").asInt(), json.path("seen").asBoolean());
        run.failures = json.path("failures").asInt();
        run.error = json.path("error").asText();
        run.state = json.path("state").asText();
        run.base = json.path("base").asText();
        run.isAbortRequested = json.path("abort").asBoolean();
        run.isAbortSent = json.path("abortSent").asBoolean();
        run.isNotified = json.path("notified").asBoolean();
        run.isDelivered = json.path("delivered").asBoolean();
        run.deliveries = json.path("deliveries").asInt();
        run.isDeleteDue = json.path("deleteDue").asBoolean();
        run.reason = json.has("reason")
                ? OperationFailure.valueOf(json.path("reason").asText())
                : null;
        run.status = json.get("status");
        run.progress = json.get("progress");
        run.ended = json.has("ended") ? Instant.parse(json.path("ended").asText()) : null;
        run.deadLetter = json.has("deadLetter") ? DeadLetter.fromJson(json.path("deadLetter")) : null;
        return run;
    }
}
