package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks the document of a {@link SavedRequest}. */
final class SavedRequestFormat {

    static final String NAME = "http-connector/saved-request";
    static final int VERSION = 1;

    private static final List<String> LIST = List.of("records", "pagination");

    private SavedRequestFormat() {}

    /** Whether this library can read the format and version of the document, on which all other members depend. */
    static boolean isSupported(JsonObjectReader reader) {
        // "format": The format.
        JsonNode format = reader.any("format");
        // "version": The version of the format.
        JsonNode version = reader.any("version");
        if (format == null || !NAME.equals(format.textValue())) {
            reader.problem("format", "not a saved request: \"format\" must be \"" + NAME + "\"");
        } else if (version == null
                || !version.isIntegralNumber()
                || version.bigIntegerValue().signum() < 1) {
            reader.problem("version", "not a saved request: \"version\" must be an integer of at least 1");
        } else if (!version.canConvertToInt() || version.intValue() > VERSION) {
            reader.problem(
                    "version",
                    "it has version " + version + ", but this library supports versions up to " + VERSION
                            + ": use a later version of the library");
        } else {
            return true;
        }
        reader.acceptUnreadMembers();
        return false;
    }

    /**
     * Checks the outputs, which other readers of the file use, against the schemas, from which this library derives them. Their
     * order has no meaning: a database may have changed that of the members of the schemas.
     */
    static void checkOutputs(JsonObjectReader reader, List<OutputPill> derived) {
        Map<String, OutputPill> expected = new LinkedHashMap<>();
        derived.forEach(output -> expected.put(output.path(), output));
        // Without a valid schema, nothing is derived.
        boolean hasSchema = !reader.isUnreliable("responses");
        int before = reader.problems();
        // "outputs": The values of a successful response that later steps can use. Default: derived from `responses`.
        List<OutputPill> outputs = reader.objects("outputs", output -> {
            // "path": The path of the value, such as `venue.id`.
            String path = output.requiredText("path");
            // "type": The type of the value.
            String type = output.requiredText("type");
            // "label": The label that a user sees.
            String label = output.requiredText("label");
            OutputPill same = expected.remove(path);
            if (same == null && output.has("path") && hasSchema) {
                output.problem(
                        "path", "the schema of 2xx in responses has no such value, or it is listed twice: remove it");
            } else if (same != null && hasSchema) {
                requireDerived(output, "type", type, same.type());
                requireDerived(output, "label", label, same.label());
            }
            return new OutputPill(path, type, label);
        });
        if (reader.has("outputs") && hasSchema && reader.problems() == before && outputs.size() < derived.size()) {
            reader.problem(
                    "outputs",
                    "\"" + expected.keySet().iterator().next()
                            + "\" is missing, which the schema of 2xx in responses has: add it, or remove outputs, which"
                            + " is then derived");
        }
    }

    private static void requireDerived(JsonObjectReader output, String member, String value, String derived) {
        if (output.has(member) && !value.equals(derived)) {
            output.problem(
                    member,
                    "it contradicts the schema of 2xx in responses: use \"" + derived + "\", or remove outputs");
        }
    }

    static boolean readSchemas(JsonObjectReader reader, Map<String, JsonNode> schemas) {
        for (int hundreds = 1; hundreds <= 5; hundreds++) {
            String status = hundreds + "xx";
            // "1xx", "2xx", "3xx", "4xx", "5xx": The JSON Schema (2020-12) of responses with such a status.
            JsonNode schema = reader.object(status);
            if (schema != null) {
                schemas.put(status, schema.deepCopy());
            }
        }
        return true;
    }

    /** Checks the types of the sample's members, which are kept unchanged. */
    static boolean checkSample(JsonObjectReader sample) {
        // "request": The request that was sent.
        sample.requiredObject("request", SavedRequestFormat::checkMessage);
        // "response": The response.
        sample.requiredObject("response", SavedRequestFormat::checkMessage);
        return true;
    }

    private static boolean checkMessage(JsonObjectReader message) {
        // "method": The method.
        message.text("method");
        // "url": The URL.
        message.text("url");
        // "status": The status.
        message.integer("status");
        // "headers": The header fields by name.
        message.textMap("headers");
        // "json": The body, if it is JSON.
        message.any("json");
        // "text": Another body.
        message.text("text");
        message.atMostOneOf("json", "text");
        return true;
    }

    /** Returns the problems of the members of a list; what is in them is checked when all pages are read. */
    static List<String> problemsOfList(JsonNode list) {
        List<String> problems = new ArrayList<>();
        list.properties().forEach(member -> {
            if (!LIST.contains(member.getKey()) || !member.getValue().isObject()) {
                problems.add("\"" + member.getKey() + "\": use the objects records and pagination only");
            }
        });
        if (list.isEmpty()) {
            problems.add("it is empty: use records, pagination, or both");
        }
        return problems;
    }
}
