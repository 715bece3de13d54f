package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.ParentRecords.ListRequest;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The checks of the settings of a trigger, each of which may be valid by itself: each adds its problems to a list. */
final class TriggerChecks {

    /** The members that take the place of others. */
    static final Map<String, String> WHOLE_RECORD =
            Map.of("key", "wholeRecordAsKey", "version", "wholeRecordAsVersion");

    /** The pills that polling itself provides. */
    static final Set<String> RESERVED = Set.of("page", "cursor", "window", TriggerDefinition.NOW);

    /** The members of the pills that polling itself provides. */
    private static final Map<String, Set<String>> MEMBERS =
            Map.of("page", Set.of("number", "offset", "cursor", "size"), "window", Set.of("from", "to", "days"));

    /** The pills that have values in requests only. */
    private static final Set<String> RESERVED_BY_REQUESTS = Set.of("page", "cursor", "window");

    private final TriggerSettings settings;
    private final Predicate<String> isDefined;
    private final List<String> found;

    /**
     * Creates the checks.
     *
     * @param isDefined whether a member comes from a definition
     * @param found receives the problems
     */
    TriggerChecks(TriggerSettings settings, Predicate<String> isDefined, List<String> found) {
        this.settings = settings;
        this.isDefined = isDefined;
        this.found = found;
    }

    /** Checks everything but the parents; returns the request with all pills at their locations, or null. */
    @Nullable RequestTemplate check(@Nullable Duration minInterval) {
        checkIdentity();
        if (settings.hasNoProblems("cursor", "detectDeletions", "pagination", "startPosition")) {
            checkCursor();
        }
        checkSchedule(minInterval);
        boolean hasPartitions = settings.push != null && settings.parents != null && settings.hasNoProblems("parents");
        require(
                !hasPartitions,
                (settings.isDefined() ? "/push" : "push")
                        + ": it contradicts parents: a pushed record does not show to which parent it belongs; poll"
                        + " at once instead, by pollNow()");
        RequestTemplate request = settings.request;
        if (request == null && settings.hasNoProblems("request")) {
            found.add(settings.isDefined() ? "/request: missing" : "request: it is missing");
        }
        boolean isPlaced = settings.hasNoProblems("request", "pills", "pagination", "cursor", "parents");
        return request == null || !isPlaced ? null : applyLocations(request);
    }

    /** Returns the parents with all pills at their locations; null when there are none. */
    @Nullable ParentRecords checkParents() {
        ParentRecords parents = settings.parents;
        if (parents == null || !settings.hasNoProblems("parents")) {
            return null;
        }
        ParentRecords applied = parents.applied(found);
        if (settings.hasNoProblems("pills")) {
            checkParents(applied, "/parents");
        }
        return applied;
    }

    private void checkParents(ParentRecords parents, String pointer) {
        for (int i = 0; i < parents.parts().size(); i++) {
            String kind = parents.isProduct() ? "/product/" + i : "/union/" + i;
            checkParents(parents.parts().get(i), pointer + (parents.isFirst() ? (i == 0 ? "" : "/orElse") : kind));
        }
        ValueSource expression = parents.values().expression();
        if (expression != null) {
            Set<String> known = constantSteps();
            for (String step : expression.steps()) {
                if (!known.contains(step)) {
                    checkStep(step, known, isDefined.test("parents") ? pointer + "/valuesOf" : "parents: valuesOf");
                }
            }
        }
        ListRequest list = parents.request();
        if (list != null) {
            Set<String> known = constantSteps();
            known.add("page");
            if (list.cursor() != null) {
                known.add("cursor");
            }
            if (list.outer() != null) {
                known.addAll(list.outer().names());
                checkParents(list.outer(), pointer + "/below");
            }
            checkPills(list.template(), list.template(), known, pointer + "/request", list.cursor());
        }
    }

    private Set<String> constantSteps() {
        Set<String> known = new TreeSet<>(settings.values.keySet());
        if (settings.source != null) {
            known.addAll(settings.source.steps());
        }
        known.addAll(settings.suppliedSteps);
        known.add(TriggerDefinition.NOW);
        return known;
    }

    void require(boolean good, String problem) {
        if (!good) {
            found.add(problem);
        }
    }

    private void checkIdentity() {
        requireDistinct("key", settings.key);
        requireDistinct("version", settings.version);
        requireDistinct("version", settings.ignored);
        boolean hasKey = settings.hasNoProblems("key", "wholeRecordAsKey");
        boolean hasVersion = settings.hasNoProblems("version", "wholeRecordAsVersion");
        require(
                settings.keyIsRecord == settings.key.isEmpty() || !hasKey,
                settings.keyIsRecord
                        ? "key: contradictory: use fields or the whole record, not both"
                        : settings.isDefined()
                                ? "/key: missing; set fields that identify a record, or wholeRecordAsKey"
                                : "key: it is missing: use key(\"/id\"), or wholeRecordAsKey()");
        require(
                !settings.versionIsRecord || settings.version.isEmpty() || !hasVersion,
                "version: contradictory: use fields or the whole record, not both");
        require(
                !settings.keyIsRecord
                        || (settings.version.isEmpty() && !settings.versionIsRecord)
                        || !hasKey
                        || !hasVersion,
                "version: the whole record is the key, so that another version is another record: remove the version");
        require(
                settings.ignored.stream().noneMatch(JsonPaths::isRoot),
                "version: the whole record cannot be ignored: name fields of it");
    }

    private void requireDistinct(String setting, List<JsonPaths> pointers) {
        Set<JsonPaths> distinct = new HashSet<>();
        for (JsonPaths pointer : pointers) {
            boolean isReported = !settings.hasNoProblems(setting, String.valueOf(WHOLE_RECORD.get(setting)));
            require(
                    distinct.add(pointer) || isReported,
                    setting + ": \"" + pointer + "\" appears twice: remove one of them");
        }
    }

    private void checkCursor() {
        require(
                settings.cursor == null || !settings.deletions,
                "detectDeletions: deletions are detected by comparing complete reads: remove the cursor");
        require(
                !(settings.cursor instanceof UrlCursor)
                        || settings.pagination == null
                        || settings.pagination.paginator().isByUrl(),
                "pagination: it cannot be combined with the URL of the cursor: use Pagination.nextUrl(...) or"
                        + " linkHeader()");
        boolean byTime = settings.cursor instanceof TimeCursor;
        require(
                !(settings.cursor instanceof TimeCursor time) || !time.hasEnd() || time.windows() != null,
                "cursor: until(...) ends windows, but there are none: use windows(...), or write the end into the"
                        + " request");
        require(
                !(settings.cursor instanceof TimeCursor time)
                        || time.windowTimes().isEmpty()
                        || time.windows() != null,
                "cursor: windowStartAs(...) and windowEndAs(...) need windows: use windows(...)");
        require(
                settings.first == null || settings.first.position() == null || byTime,
                "startPosition: from(time) needs a timestamp cursor");
        boolean hasBeginning = settings.first != null
                && (settings.first.position() != null || (settings.first.isSilent() && settings.first.last() == 0));
        require(
                settings.cursor == null || settings.cursor.windows() == null || hasBeginning,
                "startPosition: windows need a start: use StartPosition.from(time) or fromNow()");
    }

    private void checkSchedule(@Nullable Duration minInterval) {
        if (minInterval == null || minInterval.isNegative() || minInterval.isZero()) {
            found.add("minInterval: use more than zero");
        } else if (settings.schedule != null && settings.schedule.minInterval().compareTo(minInterval) < 0) {
            found.add("schedule: an interval of " + settings.schedule.minInterval() + " is too short: use at least "
                    + minInterval);
        }
    }

    /** Two values in one location would replace each other, except for a cursor and the page token that continues it. */
    private void checkLocations() {
        if (settings.pagination == null) {
            return;
        }
        Map<String, ParameterLocation> taken = new TreeMap<>(settings.pagination.locations());
        if (settings.cursor != null && !settings.pagination.sharesLocationWith(settings.cursor)) {
            taken.putAll(settings.cursor.locations());
        }
        List<Map.Entry<String, ParameterLocation>> entries = List.copyOf(taken.entrySet());
        for (int i = 0; i < entries.size(); i++) {
            for (Map.Entry<String, ParameterLocation> other : entries.subList(i + 1, entries.size())) {
                if (entries.get(i).getValue().conflictsWith(other.getValue())) {
                    found.add(other.getValue().reportedAt() + ": "
                            + entries.get(i).getKey() + " and " + other.getKey() + " are both"
                            + " sent in the "
                            + other.getValue() + ": use separate locations; only a cursor and the token of"
                            + " Pagination.cursor(...) may share one, where the service continues by either");
                }
            }
        }
    }

    /** The request with the pills of cursor and pagination at their locations. */
    private RequestTemplate applyLocations(RequestTemplate template) {
        checkLocations();
        // The pages of a source are those of the request that it returns.
        RequestTemplate paged = settings.pagination == null || settings.source != null
                ? template
                : settings.pagination.applyTo(template, settings.cursor, found);
        RequestTemplate placed = settings.cursor == null ? paged : settings.cursor.applyTo(paged, found);
        Set<String> known = constantSteps();
        known.add("page");
        String step = settings.cursor == null ? null : settings.cursor.pillStep();
        if (step != null) {
            known.add(step);
        }
        if (settings.parents != null) {
            known.addAll(settings.parents.names());
            for (String name : settings.parents.distinguishingNames()) {
                boolean used =
                        placed.pills().stream().anyMatch(pill -> step(pill).equals(name));
                require(
                        used,
                        "parents: the request has no pill {{" + name
                                + "}}: the same request would be sent for each parent");
            }
        }
        if (settings.records != null) {
            for (String used : settings.records.filters().steps()) {
                checkFilterStep(used, known, settings.records);
            }
        }
        checkPills(placed, template, known, "/request", settings.cursor);
        return placed;
    }

    /** Reports the step of an expression that has no value. */
    private void checkStep(String step, Set<String> known, String where) {
        String nearest = Suggestions.of(step, known);
        found.add(where + ": \"" + step + "\" is unknown: "
                + (nearest == null ? "" : "did you mean \"" + nearest + "\"? Otherwise ")
                + constantFor(step, where.startsWith("/")));
    }

    private void checkFilterStep(String used, Set<String> known, RecordSelector records) {
        Set<String> usable = new TreeSet<>(known);
        usable.removeAll(RESERVED_BY_REQUESTS);
        usable.addAll(RecordFilters.PAGE_STEPS);
        if (usable.contains(used)) {
            return;
        }
        usable.add("record");
        String nearest = Suggestions.of(used, usable);
        boolean inDefinition = isDefined.test("records");
        found.add((inDefinition ? located(records.toJson(), "/records", used) : "records: where")
                + ": \"" + used + "\" is unknown"
                + (nearest == null ? ": use " : ": did you mean \"" + nearest + "\"? Otherwise use ")
                + "record, response, headers, status, page, now, "
                + (inDefinition ? "a member of \"pills\"" : "pill(\"" + used + "\", value)")
                + ", or the name of the parents");
    }

    /**
     * Reports pills that have no value.
     *
     * @param placed the request with all pills at their locations
     * @param written the request as it was defined
     * @param pointer the JSON Pointer of the request in a definition
     * @param cursor the cursor of the request
     */
    private void checkPills(
            RequestTemplate placed,
            RequestTemplate written,
            Set<String> known,
            String pointer,
            @Nullable Cursor cursor) {
        String member = pointer.substring(1).split("/", 2)[0];
        for (PillInfo pill : placed.pills()) {
            String step = step(pill);
            Set<String> members = MEMBERS.getOrDefault(step, Set.of());
            String name = members.isEmpty() ? "" : memberName(pill, step);
            boolean isKnown = known.contains(step) && (name.isEmpty() || members.contains(name));
            if (pill.required() && !isKnown) {
                boolean inDefinition = isDefined.test(member);
                found.add((inDefinition ? located(written.toJson(), pointer, pill.path()) : member) + ": the pill {{"
                        + pill.path() + "}} has no value: " + solution(pill, known, cursor, inDefinition));
            }
        }
    }

    /** What to do about a pill that has no value. */
    private static String solution(PillInfo pill, Set<String> known, @Nullable Cursor cursor, boolean inDefinition) {
        String step = step(pill);
        Set<String> names = new TreeSet<>(known);
        names.addAll(RESERVED);
        String nearest = Suggestions.of(step, names);
        if (nearest == null) {
            return constantFor(step, inDefinition);
        }
        Set<String> members = MEMBERS.getOrDefault(nearest, Set.of());
        String name = members.isEmpty() ? "" : memberName(pill, step);
        String member = name.isEmpty() ? null : Suggestions.of(name, members);
        String rest = pill.path().substring(step.length());
        String better = nearest + (member == null ? rest : rest.replaceFirst(Pattern.quote(name), member));
        boolean isMisspelt = !better.equals(pill.path());
        if (known.contains(step)) {
            return (isMisspelt ? "did you mean {{" + better + "}}? Otherwise " : "") + "use one of its members "
                    + String.join(", ", new TreeSet<>(members));
        }
        String setting = known.contains(nearest) ? "" : settingFor(nearest, cursor, inDefinition);
        if (!isMisspelt) {
            return "it is " + setting;
        }
        String suggestion = "did you mean {{" + better + "}}?" + (setting.isEmpty() ? "" : " It is " + setting);
        return RESERVED.contains(step)
                ? suggestion
                : suggestion + (setting.isEmpty() ? " Otherwise " : ". Otherwise ") + constantFor(step, inDefinition);
    }

    private static String constantFor(String step, boolean inDefinition) {
        return inDefinition ? "add \"" + step + "\" to \"pills\"" : "use pill(\"" + step + "\", value)";
    }

    /** The setting that gives a reserved pill its value. */
    private static String settingFor(String reserved, @Nullable Cursor cursor, boolean inDefinition) {
        if (reserved.equals("window")) {
            return "the window of a timestamp cursor: "
                    + (inDefinition ? "add \"cursor\" with \"windows\"" : "use cursor(...) with windows(...)");
        }
        if (cursor instanceof UrlCursor) {
            return "the value of a cursor that is sent as a value, and this one is sent as a URL: remove the pill";
        }
        return "the value of a cursor"
                + (cursor instanceof TimeCursor
                        ? " without windows: use {{window.from}} and {{window.to}}"
                        : inDefinition ? ": add \"cursor\"" : ": use cursor(...)");
    }

    /** The first member below a step of a path; empty if there is none. */
    private static String memberName(PillInfo pill, String step) {
        String rest = pill.path().substring(step.length());
        return rest.startsWith(".") ? rest.substring(1).split("[.\\[]", 2)[0] : "";
    }

    /**
     * The JSON Pointer of the first text that contains a path as a pill, or in one.
     *
     * @param pointer the JSON Pointer of the node, which is returned if there is no such text
     */
    private static String located(JsonNode node, String pointer, String path) {
        String nested = located(node, Pattern.compile("(?<![\\p{L}\\d_.])\\Q" + path + "\\E(?![\\p{L}\\d_])"));
        return pointer + (nested == null ? "" : nested);
    }

    private static @Nullable String located(JsonNode node, Pattern path) {
        if (node.isTextual()) {
            Matcher matcher = path.matcher(node.textValue());
            return matcher.find() && node.textValue().lastIndexOf('{', matcher.start()) >= 0 ? "" : null;
        }
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            String nested = located(each.getValue(), path);
            if (nested != null) {
                return "/" + JsonObjectReader.token(each.getKey()) + nested;
            }
        }
        for (int i = 0; i < node.size(); i++) {
            String nested = node.isArray() ? located(node.get(i), path) : null;
            if (nested != null) {
                return "/" + i + nested;
            }
        }
        return null;
    }

    private static String step(PillInfo pill) {
        return pill.path().split("[.\\[]", -1)[0];
    }
}
