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

/** A compiled request body with pills. Immutable. */
sealed interface BodyTemplate {

    /** Renders the body. Returns null if it is omitted, or if the context has problems. */
    @Nullable Body render(RenderContext context);

    /** The maximum nesting depth of {@code $each}, which is the number of list elements in scope at once. */
    default int maxEachDepth() {
        return 0;
    }

    Stream<PillUsage> usages();

    /** JSON. */
    record JsonBodyTemplate(JsonTemplate json) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext context) {
            return json.render(context);
        }

        @Override
        public int maxEachDepth() {
            return json.maxEachDepth();
        }

        @Override
        public Stream<PillUsage> usages() {
            return json.usages().stream();
        }
    }

    /** An HTML form. */
    record FormBodyTemplate(List<NamedTemplate> fields) implements BodyTemplate {
        @Override
        public Body render(RenderContext context) {
            List<Map.Entry<String, String>> pairs = new ArrayList<>();
            fields.forEach(field -> pairs.addAll(field.render(context)));
            return Body.form(pairs);
        }

        @Override
        public Stream<PillUsage> usages() {
            return fields.stream().flatMap(NamedTemplate::usages);
        }
    }

    /** A multipart form. */
    record MultipartBodyTemplate(List<PartTemplate> parts) implements BodyTemplate {
        @Override
        public Body render(RenderContext context) {
            Body body = Body.multipart();
            for (PartTemplate part : parts) {
                body = part.addTo(body, context);
            }
            return body;
        }

        @Override
        public Stream<PillUsage> usages() {
            return parts.stream().flatMap(PartTemplate::usages);
        }
    }

    /** A field of a multipart form, optionally with a media type; a file if it also has a file name. */
    record PartTemplate(
            NamedTemplate field,
            @Nullable TextTemplate fileName,
            @Nullable TextTemplate contentType) {

        Body addTo(Body form, RenderContext context) {
            if (contentType == null) {
                Body changed = form;
                for (Map.Entry<String, String> pair : field.render(context)) {
                    changed = changed.field(pair.getKey(), pair.getValue());
                }
                return changed;
            }
            String name = fileName == null ? null : fileName.render(context);
            Body content = bytes(field.value(), contentType, "part " + field.name(), context);
            if (content == null) {
                return form;
            }
            return fileName == null
                    ? form.part(field.name(), content)
                    : form.part(field.name(), name == null ? "" : name, content);
        }

        Stream<PillUsage> usages() {
            if (contentType == null) {
                return field.usages();
            }
            return Stream.concat(
                    field.value().pills().stream().map(pill -> PillUsage.of(pill, PillUsage.ANYTHING)),
                    Stream.of(Optional.ofNullable(fileName), Optional.of(contentType))
                            .flatMap(Optional::stream)
                            .flatMap(text -> text.pills().stream())
                            .map(pill -> PillUsage.of(pill, PillUsage.SINGLE)));
        }
    }

    /** Text, including XML. */
    record TextBodyTemplate(TextTemplate text, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext context) {
            String type = contentType.render(context);
            String rendered = text.render(context);
            if (type == null || rendered == null || !context.problems().isEmpty()) {
                return null;
            }
            return guarded("body", context, () -> Body.text(rendered, type));
        }

        @Override
        public Stream<PillUsage> usages() {
            return Stream.of(text, contentType)
                    .flatMap(template -> template.pills().stream())
                    .map(pill -> PillUsage.of(pill, PillUsage.SINGLE));
        }
    }

    /** Bytes. */
    record BytesBodyTemplate(TextTemplate content, TextTemplate contentType) implements BodyTemplate {
        @Override
        public @Nullable Body render(RenderContext context) {
            return bytes(content, contentType, "body", context);
        }

        @Override
        public Stream<PillUsage> usages() {
            return Stream.concat(
                    content.pills().stream().map(pill -> PillUsage.of(pill, PillUsage.ANYTHING)),
                    contentType.pills().stream().map(pill -> PillUsage.of(pill, PillUsage.SINGLE)));
        }
    }

    private static @Nullable Body bytes(
            TextTemplate content, TextTemplate contentType, String part, RenderContext context) {
        String type = contentType.render(context);
        Expression pill = content.whole();
        if (pill == null) {
            String text = content.render(context);
            return text == null || type == null ? null : guarded(part, context, () -> Body.text(text, type));
        }
        try {
            JsonNode value = pill.evaluatePresent(context);
            return value == null || type == null ? null : guarded(part, context, () -> BinaryValue.toBody(value, type));
        } catch (ValueRejectedException e) {
            context.problems().add(pill.problem(e));
            return null;
        }
    }

    /** Creates a body, or throws {@link InvalidDefinitionException} if the body is invalid. */
    interface BodyFactory {
        Body create();
    }

    private static @Nullable Body guarded(String part, RenderContext context, BodyFactory made) {
        try {
            return made.create();
        } catch (InvalidDefinitionException e) {
            for (String problem : e.problems()) {
                context.problems().add(TemplateProblem.of(SourceLocation.of(part), Code.UNENCODABLE, null, problem));
            }
            return null;
        }
    }
}
