package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The start, the end, the lookback and the step of a trigger if they are not constant: a text in place of a time or duration, with pills for
 * inputs and for the time {@code now}.
 */
final class TriggerTimes {

    private static final String NOW = "now";
    private static final String SAMPLE = "2020-01-01T00:00:00Z";
    private static final String SAMPLE_DURATION = "P1D";

    /** The members that have a time, and what a trigger is without if the time has no value. */
    private enum Place {
        START("/startPosition", "from", SAMPLE, "", "startPosition"),
        END("/cursor", "until", SAMPLE, "/cursor", "until"),
        LOOKBACK("/cursor", "lookback", SAMPLE_DURATION, "/cursor", "lookback"),
        STEP("/cursor/windows", "step", SAMPLE_DURATION, "/cursor/windows", "step");

        private final String holder;
        private final String member;
        private final String sample;
        private final String absentIn;
        private final String absent;

        Place(String holder, String member, String sample, String absentIn, String absent) {
            this.holder = holder;
            this.member = member;
            this.sample = sample;
            this.absentIn = absentIn;
            this.absent = absent;
        }

        JsonNode in(JsonNode trigger) {
            return trigger.at(holder).path(member);
        }

        void put(ObjectNode trigger, String time) {
            ((ObjectNode) trigger.at(holder)).put(member, time);
        }

        void remove(ObjectNode trigger) {
            ((ObjectNode) trigger.at(absentIn)).remove(absent);
        }
    }

    private final Map<Place, String> texts = new LinkedHashMap<>();

    private TriggerTimes() {}

    /** Returns the times of a trigger that are not constant. */
    static TriggerTimes of(JsonNode trigger) {
        TriggerTimes times = new TriggerTimes();
        for (Place place : Place.values()) {
            JsonNode time = place.in(trigger);
            if (time.isTextual() && time.textValue().contains("{{")) {
                times.texts.put(place, time.textValue());
            }
        }
        return times;
    }

    /** Rejects values in times that are not known when a trigger is created. */
    static void check(JsonObjectReader reader, JsonNode trigger, DocumentInputs inputs) {
        for (Place place : Place.values()) {
            inputs.checkEntered(reader, place.holder + "/" + place.member, place.in(trigger));
        }
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    /**
     * Returns a trigger with samples of its times.
     *
     * @throws InvalidDefinitionException if a text is malformed, or has a pill that is neither an input nor the time
     */
    ObjectNode withSamples(ObjectNode trigger) {
        ObjectNode copy = trigger.deepCopy();
        List<String> problems = new ArrayList<>();
        texts.forEach((place, time) -> {
            try {
                var unused = text(time);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> problems.add(place.holder + "/" + place.member + ": " + problem));
            }
            place.put(copy, place.sample);
        });
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("trigger", problems);
        }
        return copy;
    }

    /** Returns a trigger with its own times in place of the samples. */
    ObjectNode restoreIn(ObjectNode trigger) {
        texts.forEach((place, time) -> place.put(trigger, time));
        return trigger;
    }

    /** Returns a trigger with the times that a customer entered; without one, it begins now, has no end, or no lookback. */
    static ObjectNode render(ObjectNode trigger, InputValues values, Instant now) {
        of(trigger).texts.forEach((place, text) -> {
            String time = text(text)
                    .render(name -> name.equals(NOW) ? now.toString() : values.revealed(InputText.input(name)));
            if (time == null) {
                place.remove(trigger);
            } else {
                place.put(trigger, time);
            }
        });
        return trigger;
    }

    private static InputText text(String time) {
        PillText pills = PillText.compile(time);
        pills.names().stream().filter(name -> !name.equals(NOW)).forEach(name -> InputText.of("{{" + name + "}}"));
        return new InputText(pills);
    }
}
