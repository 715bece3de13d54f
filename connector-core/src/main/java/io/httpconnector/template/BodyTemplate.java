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
    @Nullable Body render(RenderContext scope);

    /** How many elements of lists it looks at at once. */
    default int slots() {
        return 0;
    }

    Stream<PillUsage> uses();

    /** JSON. */
    record JsonBodyTemplate(JsonTemplate json) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext scope) {
            return json.render(scope);
        }

        @Override
        public int slots() {
            return json.slots();
        }

        @Override
        public Stream<PillUsage> uses() {
            return json.uses().stream();
        }
    }

    /** An HTML form. */
    record FormBodyTemplate(List<NamedTemplate> fields) implements BodyTemplate {
        @Override
        public Body render(RenderContext scope) {
            List<Map.Entry<String, String>> pairs = new ArrayList<>();
            fields.forEach(field -> pairs.addAll(field.render(scope)));
            return Body.form(pairs);
        }

        @Override
        public Stream<PillUsage> uses() {
            return fields.stream().flatMap(NamedTemplate::uses);
        }
    }

    /** A multipart form. */
    record MultipartBodyTemplate(List<PartTemplate> parts) implements BodyTemplate {
        @Override
        public Body render(RenderContext scope) {
            Body body = Body.multipart();
            for (PartTemplate part : parts) {
                body = part.addTo(body, scope);
            }
            return body;
        }

        @Override
        public Stream<PillUsage> uses() {
            return parts.stream().flatMap(PartTemplate::uses);
        }
    }

    /** A field of a multipart form; with a media type, or a file if it has a file name, too. */
    record PartTemplate(
            NamedTemplate field,
            @Nullable TextTemplate fileName,
            @Nullable TextTemplate contentType) {

        Body addTo(Body form, RenderContext scope) {
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

        Stream<PillUsage> uses() {
            if (contentType == null) {
                return field.uses();
            }
            return Stream.concat(
                    field.value().pills().stream().map(pill -> PillUsage.of(pill, PillUsage.ANYTHING)),
                    Stream.of(Optional.ofNullable(fileName), Optional.of(contentType))
                            .flatMap(Optional::stream)
                            .flatMap(text -> text.pills().stream())
                            .map(pill -> PillUsage.of(pill, PillUsage.SINGLE)));
        }
    }

    /** Text, XML among it. */
    record TextBodyTemplate(TextTemplate text, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext scope) {
            String type = contentType.render(scope);
            String rendered = text.render(scope);
            if (type == null || rendered == null || !scope.problems().isEmpty()) {
                return null;
            }
            return guarded("body", scope, () -> Body.text(rendered, type));
        }

        @Override
        public Stream<PillUsage> uses() {
            return Stream.of(text, contentType)
                    .flatMap(template -> template.pills().stream())
                    .map(pill -> PillUsage.of(pill, PillUsage.SINGLE));
        }
    }

    /** Bytes. */
    record BytesBodyTemplate(TextTemplate content, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext scope) {
            return bytes(content, contentType, "body", scope);
        }

        @Override
        public Stream<PillUsage> uses() {
            return Stream.concat(
                    content.pills().stream().map(pill -> PillUsage.of(pill, PillUsage.ANYTHING)),
                    contentType.pills().stream().map(pill -> PillUsage.of(pill, PillUsage.SINGLE)));
        }
    }

    private static @Nullable Body bytes(
            TextTemplate content, TextTemplate contentType, String part, RenderContext scope) {
        String type = contentType.render(scope);
        Expression pill = content.whole();
        if (pill == null) {
            String text = content.render(scope);
            return text == null || type == null ? null : guarded(part, scope, () -> Body.text(text, type));
        }
        try {
            JsonNode value = pill.evaluatePresent(scope);
            return value == null || type == null ? null : guarded(part, scope, () -> BinaryValue.body(value, type));
        } catch (ValueRejectedException e) {
            scope.problems().add(pill.problem(e));
            return null;
        }
    }

    /** A body that may be refused. */
    interface Made {
        Body make();
    }

    private static @Nullable Body guarded(String part, RenderContext scope, Made made) {
        try {
            return made.make();
        } catch (InvalidDefinitionException e) {
            for (String problem : e.problems()) {
                scope.problems().add(TemplateProblem.of(SourceLocation.of(part), Code.UNENCODABLE, null, problem));
            }
            return null;
        }
    }
}
