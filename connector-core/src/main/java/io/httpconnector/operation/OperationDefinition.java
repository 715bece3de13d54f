package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The validated definition of an operation. Immutable. */
record OperationDefinition(
        String name,
        JsonNode parameters,
        RequestTemplate start,
        boolean startIsStatus,
        @Nullable ResponseValue id,
        @Nullable ResponseValue statusUrl,
        Map<String, ResponseValue> values,
        @Nullable ResponseValue startError,
        List<RequestTemplate> upload,
        Set<String> uploadState,
        @Nullable RequestTemplate status,
        PollSettings poll,
        StateRules states,
        @Nullable ResponseValue progress,
        @Nullable ResponseValue error,
        ResultSettings result,
        @Nullable RequestTemplate abort,
        @Nullable RequestTemplate delete,
        Duration timeout,
        Duration notFoundTolerance,
        boolean idempotencyKey,
        @Nullable FindSettings find,
        List<HostPattern> hosts) {

    /** The steps of pills. */
    static final String OPERATION = "operation";

    static final String PARAMETERS = "parameters";
    static final String STATUS = "status";

    static final JsonNode NOTHING = MissingNode.getInstance();

    private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
    private static final Duration DEFAULT_TOLERANCE = Duration.ofSeconds(30);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(365);
    private static final Set<String> OWN_STEPS = Set.of(OPERATION, PARAMETERS, STATUS);
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS");

    /** Reads a definition, completed by its preset. */
    static OperationDefinition of(String name, ObjectNode members) {
        return JsonObjectReader.read("operation", OperationPresets.ALL.complete(members), reader -> read(name, reader));
    }

    static @Nullable OperationDefinition read(String name, JsonObjectReader reader) {
        // "preset": The name of a well-known protocol, whose definition the other members change.
        String unused = reader.text("preset");
        // "parameters": The values of the pills `{{parameters.NAME}}`.
        JsonNode given = reader.object("parameters");
        JsonNode parameters = given == null ? JsonNodeFactory.instance.objectNode() : given;
        Map<String, ResponseValue> values = new LinkedHashMap<>();
        // "values": Further values of the response to the start by name, for the pills `{{operation.NAME}}`.
        reader.textMap("values")
                .forEach((key, text) -> reader.attempt("values", () -> values.put(key, ResponseValue.of(text))));
        for (String reserved : List.of("id", "url", "key")) {
            if (values.containsKey(reserved)) {
                reader.problem("values", "\"" + reserved + "\" has a member of its own: choose another name");
            }
        }
        PillCheck pills = new PillCheck(parameters, values.keySet());
        // "start": The request that starts the operation, with `{{operation.key}}`, a unique key of the run. In a
        // connector
        // document, the request that has the operation.
        RequestTemplate start = pills.template(reader, "start", false);
        if (!reader.has("start")) {
            reader.problem("start", "missing");
        }
        // "startIsStatus": Whether the response to the start has the format of a status response. Default: false.
        boolean startIsStatus = reader.isSet("startIsStatus");
        // "id": The location of the id of the operation in the response to the start.
        ResponseValue id = location(reader, "id");
        // "statusUrl": The location of the status URL in the response to the start, such as `{{headers.location}}`.
        ResponseValue statusUrl = location(reader, "statusUrl");
        // "startError": The location of the error in a successful response to the start, by which the service rejects
        // it.
        ResponseValue startError = location(reader, "startError");
        List<RequestTemplate> upload = new ArrayList<>();
        // "upload": Requests that are sent after the start, before the operation runs, such as an upload of data.
        reader.elements("upload", (element, at) -> {
            RequestTemplate template = RequestTemplate.fromJson(element);
            List<String> problems = pills.problems(template, true);
            if (!problems.isEmpty()) {
                throw new InvalidDefinitionException("upload", problems);
            }
            upload.add(template);
            return template;
        });
        // "uploadState": The values of the state while the operation waits for the upload, by which an interrupted
        // upload is
        // recognized.
        Set<String> uploadState = new TreeSet<>();
        reader.distinctTexts("uploadState").forEach(one -> uploadState.add(one.toLowerCase(Locale.ROOT)));
        // "status": The request for the status, with `{{operation.id}}`. Default: GET of the status URL.
        RequestTemplate status = pills.template(reader, "status", true);
        // "poll": The times between two status requests.
        PollSettings poll = reader.object("poll", PollSettings::read);
        StateRules states = StateRules.read(reader);
        // "progress": The location of the progress in a status response.
        ResponseValue progress = location(reader, "progress");
        // "error": The location of the error message in a status response.
        ResponseValue error = location(reader, "error");
        // "result": The location of the result. Default: the last status response.
        ResultSettings result = reader.object("result", inner -> ResultSettings.read(inner, pills));
        // "abort": The request that aborts the operation.
        RequestTemplate abort = pills.template(reader, "abort", true);
        // "delete": The request that deletes the operation at the service after its result was read or delivered.
        RequestTemplate delete = pills.template(reader, "delete", true);
        // "timeout": The maximum time from the start to the end of the operation. Default: PT1H.
        Duration timeout = positive(reader, "timeout");
        // "notFoundTolerance": How long after the start status 404 is no error. Default: PT30S.
        Duration tolerance = reader.duration("notFoundTolerance");
        if (tolerance != null && tolerance.isNegative()) {
            reader.problem("notFoundTolerance", tolerance + " is negative");
        }
        // "idempotencyKey": Whether the start has a header Idempotency-Key with `{{operation.key}}`. Default: false.
        boolean idempotencyKey = reader.isSet("idempotencyKey");
        // "find": The lookup of an operation whose start had no response.
        FindSettings find = reader.object("find", inner -> FindSettings.read(inner, pills));
        List<HostPattern> hosts = new ArrayList<>();
        // "hosts": Further hosts that a status URL may have, such as `*.example.com`. They receive no credentials.
        reader.texts("hosts", (text, at) -> {
            HostPattern pattern = HostPattern.of("host", text);
            hosts.add(pattern);
            return pattern;
        });
        states.check(reader);
        if (start == null) {
            // Reported already.
            return null;
        }
        OperationDefinition read = new OperationDefinition(
                name,
                parameters,
                start,
                startIsStatus,
                id,
                statusUrl,
                values,
                startError,
                List.copyOf(upload),
                uploadState,
                status,
                poll == null ? PollSettings.DEFAULT : poll,
                states,
                progress,
                error,
                result == null ? ResultSettings.STATUS_RESPONSE : result,
                abort,
                delete,
                timeout == null ? DEFAULT_TIMEOUT : timeout,
                tolerance == null ? DEFAULT_TOLERANCE : tolerance,
                idempotencyKey,
                find,
                List.copyOf(hosts));
        read.check(reader);
        return read;
    }

    OperationDefinition withStart(RequestTemplate template) {
        return new OperationDefinition(
                name,
                parameters,
                template,
                startIsStatus,
                id,
                statusUrl,
                values,
                startError,
                upload,
                uploadState,
                status,
                poll,
                states,
                progress,
                error,
                result,
                abort,
                delete,
                timeout,
                notFoundTolerance,
                idempotencyKey,
                find,
                hosts);
    }

    static @Nullable ResponseValue location(JsonObjectReader reader, String name) {
        String text = reader.text(name);
        ResponseValue[] compiled = new ResponseValue[1];
        if (text != null) {
            reader.attempt(name, () -> compiled[0] = ResponseValue.of(text));
        }
        return compiled[0];
    }

    private static @Nullable Duration positive(JsonObjectReader reader, String name) {
        Duration given = reader.duration(name);
        if (given != null && (given.isNegative() || given.isZero() || given.compareTo(MAX_TIMEOUT) > 0)) {
            reader.problem(name, given + " is out of range: use a positive duration up to P365D, such as PT2H");
        }
        return given;
    }

    private void check(JsonObjectReader reader) {
        if (status == null
                && statusUrl == null
                && !reader.isUnreliable("status")
                && !reader.isUnreliable("statusUrl")) {
            reader.problem(
                    "status",
                    "it is missing: set the request for the status, or the location of its URL by statusUrl, such as"
                            + " {{headers.location}}");
        }
        boolean needsId = id == null
                && Stream.of(status, abort, delete, result.request())
                        .anyMatch(template -> template != null && uses(template, OPERATION + ".id"));
        if (needsId && !reader.isUnreliable("id")) {
            reader.problem("id", "it is missing, but a request has {{operation.id}}: set its location, such as /id");
        }
        if (!uploadState.isEmpty() && (upload.isEmpty() || states.location() == null)) {
            reader.problem("uploadState", "it needs the members upload and state");
        }
    }

    static boolean uses(RequestTemplate template, String pill) {
        return template.pills().stream()
                .map(PillInfo::path)
                .anyMatch(path -> path.equals(pill) || path.startsWith(pill + "[") || path.startsWith(pill + "."));
    }

    /** Returns whether the start may be sent again if its response was lost. */
    boolean isRepeatable() {
        String method = start.toJson().path("method").asText();
        return idempotencyKey || start.toJson().path("idempotent").asBoolean() || IDEMPOTENT.contains(method);
    }

    /** Returns the timeout of the request that starts the operation; null if it has none. */
    @Nullable Duration startTimeout() {
        String text = start.toJson().path("timeout").textValue();
        return text == null ? null : Duration.parse(text);
    }

    /** Returns the names of the steps whose values the caller supplies. */
    Set<String> callerSteps() {
        Set<String> steps = new TreeSet<>();
        Stream.concat(Stream.of(start), furtherRequests())
                .flatMap(template -> template.pills().stream())
                .filter(OperationDefinition::isOfCaller)
                .map(OperationDefinition::step)
                .forEach(steps::add);
        return steps;
    }

    /** Returns the templates of all requests but the start. */
    Stream<RequestTemplate> furtherRequests() {
        return Stream.concat(
                upload.stream(),
                Stream.of(status, abort, delete, result.request(), find == null ? null : find.request())
                        .filter(one -> one != null));
    }

    /** Whether the caller supplies the value of a pill. */
    static boolean isOfCaller(PillInfo pill) {
        return !OWN_STEPS.contains(step(pill));
    }

    private static String step(PillInfo pill) {
        return pill.path().split("[.\\[]", 2)[0];
    }
}
