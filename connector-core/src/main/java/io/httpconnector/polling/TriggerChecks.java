package io.httpconnector.polling;

import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The checks of the settings of a trigger, each of which may be valid by itself: each adds its problems to a list. */
final class TriggerChecks {

    /** The members that take the place of others. */
    static final Map<String, String> WHOLE_RECORD =
            Map.of("key", "wholeRecordAsKey", "version", "wholeRecordAsVersion");

    /** The pills that polling itself provides. */
    static final Set<String> RESERVED = Set.of("page", "cursor", "window", TriggerDefinition.NOW);

    /** The pills that have values in requests only. */
    private static final Set<String> RESERVED_BY_REQUESTS = Set.of("page", "cursor", "window");

    private final TriggerSettings settings;
    private final List<String> found;

    TriggerChecks(TriggerSettings settings, List<String> found) {
        this.settings = settings;
        this.found = found;
    }

    /** Checks everything but the parents; returns the request with all pills at their locations, or null. */
    @Nullable RequestTemplate check(@Nullable Duration minInterval) {
        checkIdentity();
        if (settings.hasNoProblems("cursor", "detectDeletions", "pagination", "startPosition")) {
            checkCursor();
        }
        checkSchedule(minInterval);
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
        return parents == null || !settings.hasNoProblems("parents") ? null : parents.applied(found);
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
        RequestTemplate paged =
                settings.pagination == null ? template : settings.pagination.applyTo(template, settings.cursor, found);
        RequestTemplate placed = settings.cursor == null ? paged : settings.cursor.applyTo(paged, found);
        Set<String> known = new TreeSet<>(settings.values.keySet());
        known.addAll(List.of("page", TriggerDefinition.NOW));
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
            for (String used : settings.records.filterSteps()) {
                require(
                        known.contains(used) && !RESERVED_BY_REQUESTS.contains(used),
                        "records: where: \"" + used + "\" is unknown: use record, now, pill(\"" + used
                                + "\", value), or the name of the parents");
            }
        }
        for (PillInfo pill : placed.pills()) {
            if (pill.required() && !known.contains(step(pill))) {
                found.add("request: the pill {{" + pill.path() + "}} has no value: use pill(\"" + step(pill)
                        + "\", value)");
            }
        }
        return placed;
    }

    private static String step(PillInfo pill) {
        return pill.path().split("[.\\[]", -1)[0];
    }
}
