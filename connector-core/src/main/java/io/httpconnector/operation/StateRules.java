package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationStatus.OperationState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of status responses: by status code, and by a value whose case is ignored. Immutable.
 *
 * @param location the location of the state; null if status codes tell it
 * @param values the states by value in lower case; {@code *} for any other
 * @param codes the states by status code
 * @param failedIf the location of a value that only failed operations have
 */
record StateRules(
        @Nullable ResponseValue location,
        Map<String, OperationState> values,
        Map<Integer, OperationState> codes,
        @Nullable ResponseValue failedIf) {

    private static final String ANY = "*";

    static StateRules read(JsonObjectReader reader) {
        // "state": The location of the state in a status response. Default: the status code.
        ResponseValue location = OperationDefinition.location(reader, "state");
        Map<String, OperationState> values = new LinkedHashMap<>();
        // "running": The values of the state while the operation is queued or in progress; `*` for any other value.
        values(reader, "running", OperationState.RUNNING, values);
        // "done": The values of the state when the result is available.
        values(reader, "done", OperationState.DONE, values);
        // "failed": The values of the state of an operation that has failed.
        values(reader, "failed", OperationState.FAILED, values);
        // "aborted": The values of the state of an operation that was cancelled.
        values(reader, "aborted", OperationState.ABORTED, values);
        Map<Integer, OperationState> codes = new HashMap<>();
        // "runningStatus": The status codes of a running operation, whatever the body is. Default without `state`: 202.
        codes(reader, "runningStatus", OperationState.RUNNING, codes);
        // "doneStatus": The status codes when the result is available. Default without `state`: 200, 201 and 204.
        codes(reader, "doneStatus", OperationState.DONE, codes);
        // "failedStatus": The status codes of an operation that has failed.
        codes(reader, "failedStatus", OperationState.FAILED, codes);
        // "failedIf": The location of a value that only an operation has that has failed, such as `/error`.
        ResponseValue failedIf = OperationDefinition.location(reader, "failedIf");
        if (location == null && codes.isEmpty()) {
            codes.putAll(Map.of(
                    202,
                    OperationState.RUNNING,
                    200,
                    OperationState.DONE,
                    201,
                    OperationState.DONE,
                    204,
                    OperationState.DONE));
        }
        return new StateRules(location, values, codes, failedIf);
    }

    /** Reports contradictions, after all members have been read. */
    void check(JsonObjectReader reader) {
        if (location == null && !reader.isUnreliable("state")) {
            values.values().stream()
                    .distinct()
                    .forEach(state -> reader.problem(
                            state.name().toLowerCase(Locale.ROOT),
                            "it needs the location of the state: set the member state, such as /status"));
            if (!codes.containsValue(OperationState.DONE) && !reader.isUnreliable("doneStatus")) {
                reader.problem("doneStatus", "it is missing: list the status codes when the result is available");
            }
        }
        if (location != null && !values.containsValue(OperationState.DONE) && !reader.isUnreliable("done")) {
            reader.problem("done", "it is missing: list the values of the state when the result is available");
        }
    }

    private static void values(
            JsonObjectReader reader, String name, OperationState state, Map<String, OperationState> all) {
        for (String value : reader.distinctTexts(name)) {
            if (value.equals(ANY) && state != OperationState.RUNNING) {
                reader.problem(name, "\"*\" is allowed only in running: list the values");
            }
            OperationState other = all.putIfAbsent(value.toLowerCase(Locale.ROOT), state);
            if (other != null) {
                reader.problem(
                        name,
                        "\"" + value + "\" is also in " + other.name().toLowerCase(Locale.ROOT)
                                + ", where case is ignored: remove one of them");
            }
        }
    }

    private static void codes(
            JsonObjectReader reader, String name, OperationState state, Map<Integer, OperationState> all) {
        for (int code : reader.integers(name)) {
            if (code < 200 || code > 599) {
                reader.problem(name, code + " is not the status code of a response: use 200 to 599");
            } else if (all.putIfAbsent(code, state) != null) {
                reader.problem(name, code + " has two meanings: remove one of them");
            }
        }
    }

    /** Returns the status codes that a status request must accept in addition to the usual ones. */
    int[] accepted() {
        return codes.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns whether the service reports that an operation was aborted, instead of only accepting the request to abort it. */
    boolean reportsAborted() {
        return values.containsValue(OperationState.ABORTED) || values.containsValue(OperationState.FAILED);
    }

    /** Returns the state in the words of the service. */
    String value(ResponseContent content, JsonNode operation) {
        String text = location == null ? null : location.textIn(content, operation);
        return text == null ? String.valueOf(content.response().status()) : text;
    }

    /**
     * Returns the state of an operation.
     *
     * @throws OperationException if it is unknown
     */
    OperationState classify(ResponseContent content, JsonNode operation, String id) {
        int code = content.response().status();
        OperationState byCode = codes.get(code);
        if (byCode == OperationState.FAILED || byCode == OperationState.RUNNING) {
            return byCode;
        }
        if (failedIf != null && failedIf.isPresentIn(content, operation)) {
            return OperationState.FAILED;
        }
        String text = location == null ? null : location.textIn(content, operation);
        OperationState byValue = text == null ? null : values.get(text.toLowerCase(Locale.ROOT));
        if (byValue != null) {
            return byValue;
        }
        if (text == null && byCode != null) {
            return byCode;
        }
        if (text != null && values.containsKey(ANY)) {
            return OperationState.RUNNING;
        }
        throw unknown(content, operation, id, text);
    }

    private OperationException unknown(ResponseContent content, JsonNode operation, String id, @Nullable String text) {
        String what;
        if (text != null) {
            List<String> known = new ArrayList<>(values.keySet());
            String nearest = Suggestions.ofName(text.toLowerCase(Locale.ROOT), known);
            what = "the unknown state \"" + OperationException.shown(text) + "\" at " + location
                    + ": add it to running, done," + " failed or aborted"
                    + (nearest == null ? "" : "; it resembles \"" + nearest + "\"");
        } else if (location == null) {
            what = "status " + content.response().status() + ", whose meaning is not defined: add it to runningStatus,"
                    + " doneStatus or failedStatus";
        } else {
            what = "no state at " + location + ": correct the member state";
        }
        OperationStatus status = new OperationStatus(
                id, OperationState.RUNNING, value(content, operation), OperationDefinition.NOTHING, content.json());
        return new OperationException(
                OperationFailure.UNKNOWN_STATE,
                content.response().exchange().summary() + ": operation " + OperationException.shown(id) + " has "
                        + what,
                Context.of(id, status, content.response()));
    }
}
