package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A body with pills. Immutable. */
sealed interface BodyTemplate {

    /** The body, or null when it is to be left out, or when the scope says what is wrong. */
    @Nullable Body render(Scope scope);

    /** How many elements of lists it looks at at once. */
    default int slots() {
        return 0;
    }

    Stream<Use> uses();

    /** JSON. */
    record OfJson(JsonTemplate json) implements BodyTemplate {
        @Override
        public @Nullable Body render(Scope scope) {
            return json.render(scope);
        }

        @Override
        public int slots() {
            return json.slots();
        }

        @Override
        public Stream<Use> uses() {
            return json.uses().stream();
        }
    }

    /** An HTML form. */
    record OfForm(List<Pair> fields) implements BodyTemplate {
        @Override
        public Body render(Scope scope) {
            List<Map.Entry<String, String>> pairs = new ArrayList<>();
            fields.forEach(field -> pairs.addAll(field.render(scope)));
            return Body.form(pairs);
        }

        @Override
        public Stream<Use> uses() {
            return fields.stream().flatMap(Pair::uses);
        }
    }

    /** A multipart form. */
    record OfParts(List<Part> parts) implements BodyTemplate {
        @Override
        public Body render(Scope scope) {
            Body body = Body.multipart();
            for (Part part : parts) {
                body = part.addTo(body, scope);
            }
            return body;
        }

        @Override
        public Stream<Use> uses() {
            return parts.stream().flatMap(Part::uses);
        }
    }

    /** A field of a multipart form; with a media type, or a file if it has a file name, too. */
    record Part(
            Pair field,
            @Nullable TextTemplate fileName,
            @Nullable TextTemplate contentType) {

        Body addTo(Body form, Scope scope) {
            if (contentType == null) {
                Body changed = form;
                for (Map.Entry<String, String> pair : field.render(scope)) {
                    changed = changed.field(pair.getKey(), pair.getValue());
                }
                return changed;
            }
            String name = fileName == null ? null : fileName.render(scope);
            Body content = bytes(field.value(), contentType, "part " + field.name(), scope);
            if (content == null) {
                return form;
            }
            return fileName == null
                    ? form.part(field.name(), content)
                    : form.part(field.name(), name == null ? "" : name, content);
        }

        Stream<Use> uses() {
            if (contentType == null) {
                return field.uses();
            }
            return Stream.concat(
                    field.value().pills().stream().map(pill -> Use.of(pill, Use.ANYTHING)),
                    Stream.of(Optional.ofNullable(fileName), Optional.of(contentType))
                            .flatMap(Optional::stream)
                            .flatMap(text -> text.pills().stream())
                            .map(pill -> Use.of(pill, Use.SINGLE)));
        }
    }

    /** Text, XML among it. */
    record OfText(TextTemplate text, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(Scope scope) {
            String type = contentType.render(scope);
            String rendered = text.render(scope);
            if (type == null || rendered == null || !scope.problems().isEmpty()) {
                return null;
            }
            return guarded("body", scope, () -> Body.text(rendered, type));
        }

        @Override
        public Stream<Use> uses() {
            return Stream.of(text, contentType)
                    .flatMap(template -> template.pills().stream())
                    .map(pill -> Use.of(pill, Use.SINGLE));
        }
    }

    /** Bytes. */
    record OfBytes(TextTemplate content, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(Scope scope) {
            return bytes(content, contentType, "body", scope);
        }

        @Override
        public Stream<Use> uses() {
            return Stream.concat(
                    content.pills().stream().map(pill -> Use.of(pill, Use.ANYTHING)),
                    contentType.pills().stream().map(pill -> Use.of(pill, Use.SINGLE)));
        }
    }

    private static @Nullable Body bytes(TextTemplate content, TextTemplate contentType, String part, Scope scope) {
        String type = contentType.render(scope);
        Expression pill = content.whole();
        if (pill == null) {
            String text = content.render(scope);
            return text == null || type == null ? null : guarded(part, scope, () -> Body.text(text, type));
        }
        try {
            JsonNode value = pill.evaluatePresent(scope);
            return value == null || type == null ? null : guarded(part, scope, () -> Contents.body(value, type));
        } catch (Refusal e) {
            scope.problems().add(pill.problem(e));
            return null;
        }
    }

    /** A body that may be refused. */
    interface Made {
        Body make();
    }

    private static @Nullable Body guarded(String part, Scope scope, Made made) {
        try {
            return made.make();
        } catch (InvalidDefinitionException e) {
            for (String problem : e.problems()) {
                scope.problems().add(TemplateProblem.of(Spot.of(part), Code.UNENCODABLE, null, problem));
            }
            return null;
        }
    }
}
