package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import java.util.Set;

/**
 * Compares the streams of triggers in two versions of a connector document.
 *
 * @param changes receives the changes
 * @param before the older document
 * @param after the newer document
 */
record StreamComparison(DefinitionComparison changes, JsonNode before, JsonNode after) {

    private static final Set<String> QUERY = Set.of("request", "pills");

    /** Compares a trigger that has a stream in one version or in both. */
    void compare(String pointer) {
        boolean wasStream = before.at(pointer).has(DefinedStream.MEMBER);
        boolean isStream = after.at(pointer).has(DefinedStream.MEMBER);
        if (wasStream && isStream) {
            changes.compareMembers(pointer, this::trigger);
        } else {
            changes.add(
                    ChangeKind.TRIGGER,
                    Impact.STATE,
                    pointer + "/" + DefinedStream.MEMBER,
                    isStream
                            ? "it receives a stream from now on, without a position, and its handler receives other events"
                            : "it polls: the next poll is a first poll, and its handler receives other events");
        }
    }

    private void trigger(String member, String pointer) {
        if (member.equals(DefinedStream.MEMBER)) {
            changes.compareMembers(pointer, this::stream);
        } else {
            stream(member, pointer);
        }
    }

    private void stream(String member, String pointer) {
        if (QUERY.contains(member)) {
            changes.add(
                    ChangeKind.QUERY,
                    Impact.STATE,
                    pointer,
                    "another stream is received, after the last id of the former one");
        } else if (member.equals("types")) {
            changes.add(
                    ChangeKind.TRIGGER,
                    Impact.STATE,
                    pointer,
                    "applies to the next events: those before are not received again");
        } else if (member.equals("id")) {
            changes.add(
                    ChangeKind.KEY, Impact.STATE, pointer, "events that the service repeats get other ids than before");
        } else if (!DefinitionComparison.DESCRIPTION.contains(member)) {
            changes.add(ChangeKind.TRIGGER, Impact.NONE, pointer, "applies when the stream is requested next");
        }
    }
}
