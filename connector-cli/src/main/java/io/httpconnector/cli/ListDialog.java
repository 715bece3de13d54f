package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.RecordLists;
import io.httpconnector.polling.DetectedPagination;
import io.httpconnector.polling.Pagination;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fourth step of the wizard, for a response that is a list: proposes the path of the records, the pagination that it has
 * detected, and a polling trigger. Not thread-safe.
 */
final class ListDialog {

    private static final List<String> VERSIONS = List.of(
            "updated_at",
            "updatedAt",
            "updated",
            "modified_at",
            "modifiedAt",
            "modified",
            "last_modified",
            "lastModified",
            "lastModifiedDateTime",
            "date_updated",
            "last_edited_time",
            "changed");

    private final Dialog dialog;
    private final WizardOptions options;
    private final HttpConnection connection;

    ListDialog(Dialog dialog, WizardOptions options, HttpConnection connection) {
        this.dialog = dialog;
        this.options = options;
        this.connection = connection;
    }

    /**
     * Adds the path of the records and the pagination to a request whose response is a list, if the user confirms it.
     *
     * @param request the request to be saved, which is changed
     * @param sample the definition of the accepted sample
     * @param pills its values
     * @param body its response
     * @return the path of the records; empty if the request is not saved as a list
     * @throws CommandException if an option demands a list, and the response is none
     */
    Optional<String> addList(ObjectNode request, ObjectNode sample, Pills pills, JsonNode body) {
        boolean isDemanded = options.list || options.trigger != null;
        String path = RecordLists.find(body);
        boolean isGet = sample.path("method").asText("GET").equals("GET");
        if (path == null || !isGet) {
            if (isDemanded) {
                throw new CommandException(
                        ExitCode.USAGE,
                        isGet
                                ? "the response has no list of objects: leave out --list and --trigger, or send a sample"
                                        + " with records"
                                : "only GET requests can be examined as a list: leave out --list and --trigger");
            }
            return Optional.empty();
        }
        if (!isDemanded) {
            if (dialog.isSilent()) {
                return Optional.empty();
            }
            dialog.note("The response is a list: " + body.at(path).size() + " records at "
                    + (path.isEmpty() ? "the root" : path));
            if (!dialog.isConfirmed(
                    "Save it as a list, and send more requests to find out how further pages are" + " requested?")) {
                return Optional.empty();
            }
        }
        ObjectNode records = JsonNodeFactory.instance.objectNode();
        if (!path.isEmpty()) {
            records.put("path", path);
        }
        request.set("records", records);
        detected(sample, pills)
                .ifPresent(found -> request.set("pagination", found.toJson().path("pagination")));
        return Optional.of(path);
    }

    /** Detects the pagination; empty if there is none, or the user does not want it. */
    private Optional<DetectedPagination> detected(ObjectNode sample, Pills pills) {
        Optional<DetectedPagination> detected;
        try {
            RequestTemplate template =
                    RequestTemplate.fromJson(sample.deepCopy().put("name", "Sample"));
            detected = Pagination.detect(connection, template, pills);
        } catch (ConnectorException e) {
            dialog.note("The pagination could not be detected: " + e.getMessage());
            return Optional.empty();
        }
        if (detected.isEmpty()) {
            dialog.note("No further pages were found. No pagination was saved: add \"pagination\" if the list has more"
                    + " pages, or send a sample without a parameter for the page");
            return detected;
        }
        DetectedPagination found = detected.get();
        if (found.proven()) {
            dialog.note("This request is paginated: " + found);
            return detected;
        }
        dialog.note("Possibly this request is paginated: " + found);
        if (!dialog.isSilent() && dialog.isConfirmed("Save this pagination?")) {
            return detected;
        }
        dialog.note("No pagination was saved: add \"pagination\" if the list has more pages");
        return Optional.empty();
    }

    /**
     * Proposes a polling trigger for a request that was saved as a list.
     *
     * @param request the name of the request
     * @param hasPills whether it needs values that only a job has
     * @param records the records of the sample
     * @param document the document, which must not have a trigger of the same name
     * @return the name and the definition; empty if the user wants none
     * @throws CommandException if an option demands a trigger, and none is possible
     */
    Optional<NewTrigger> trigger(String request, boolean hasPills, JsonNode records, DocumentFile document) {
        if (options.trigger == null && (dialog.isSilent() || hasPills)) {
            return Optional.empty();
        }
        if (hasPills) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--trigger: the request has pills, and no job supplies their values when it is polled: use inputs,"
                            + " such as {{auth.account}}, or leave out --trigger");
        }
        String name = options.trigger == null
                ? dialog.ask("Name of a polling trigger for new and changed records (an empty line for none)", "")
                : options.trigger;
        while (!name.isEmpty()) {
            String problem = problem(name, document);
            if (problem == null) {
                return Optional.of(new NewTrigger(name, definition(request, records)));
            }
            if (options.trigger != null) {
                throw new CommandException(ExitCode.USAGE, "--trigger: " + problem);
            }
            dialog.note("  " + problem);
            name = dialog.ask("Name of a polling trigger (an empty line for none)", "");
        }
        return Optional.empty();
    }

    /**
     * A trigger to be added.
     *
     * @param name its name in the document
     * @param definition its members
     */
    record NewTrigger(String name, ObjectNode definition) {}

    private static @Nullable String problem(String name, DocumentFile document) {
        if (!name.matches(RequestEntry.NAME)) {
            return "\"" + name + "\" is not a name: use letters, digits, - and _";
        }
        return document.hasTrigger(name) ? "the document has a trigger \"" + name + "\": choose another name" : null;
    }

    private ObjectNode definition(String request, JsonNode records) {
        ObjectNode trigger = JsonNodeFactory.instance.objectNode().put("request", request);
        String key = RecordLists.keyOf(records);
        if (key == null) {
            dialog.note("No member of the records is unique: the whole record is the key of the trigger. Set \"key\" if"
                    + " you know better.");
            trigger.put("wholeRecordAsKey", true);
            return trigger;
        }
        trigger.putArray("key").add("/" + JsonObjectReader.token(key));
        VERSIONS.stream()
                .filter(name -> isInAll(records, name))
                .findFirst()
                .ifPresent(name -> trigger.putArray("version").add("/" + JsonObjectReader.token(name)));
        dialog.note("The key of the trigger is " + trigger.path("key").path(0).asText()
                + (trigger.has("version")
                        ? ", and a record has changed when "
                                + trigger.path("version").path(0).asText() + " differs"
                        : ", and each record is one event: set \"version\" for changes"));
        return trigger;
    }

    private static boolean isInAll(JsonNode records, String name) {
        for (JsonNode record : records) {
            if (!record.path(name).isValueNode() || record.path(name).isNull()) {
                return false;
            }
        }
        return !records.isEmpty();
    }
}
