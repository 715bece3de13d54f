package io.httpconnector.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The structure of a JSON template: each value with what is written in it and where it stands. Read by Jackson's parser. */
record JsonTemplateTree(
        JsonToken token,
        String text,
        JsonOutline.@Nullable Cut cut,
        long position,
        List<JsonTemplateTree.Member> members) {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A member of an object, or an element of an array, whose name is empty. */
    record Member(String name, JsonOutline.@Nullable Cut nameCut, long position, JsonTemplateTree value) {}

    /** The structure, or null when {@code problems} says why there is none. */
    static @Nullable JsonTemplateTree read(JsonOutline skeleton, List<TemplateProblem> problems) {
        try (JsonParser parser = FACTORY.createParser(skeleton.skeleton())) {
            if (parser.nextToken() == null) {
                problems.add(TemplateProblem.of(
                        SourceLocation.of("body"), Code.MALFORMED, null, "it is empty: leave it out"));
                return null;
            }
            JsonTemplateTree tree = read(parser, skeleton);
            if (parser.nextToken() != null) {
                SourceLocation spot =
                        skeleton.spot(parser.currentTokenLocation().getCharOffset());
                problems.add(TemplateProblem.of(spot, Code.MALFORMED, null, "more follows after the value"));
                return null;
            }
            return tree;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            SourceLocation spot = at == null ? SourceLocation.of("body") : skeleton.spot(at.getCharOffset());
            String message = String.valueOf(e.getOriginalMessage());
            problems.add(TemplateProblem.of(
                    spot, Code.MALFORMED, null, message.lines().findFirst().orElse("")));
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("a string can be read", e);
        }
    }

    private static JsonTemplateTree read(JsonParser parser, JsonOutline skeleton) throws IOException {
        JsonToken token = parser.currentToken();
        long position = parser.currentTokenLocation().getCharOffset();
        List<Member> members = new ArrayList<>();
        if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                long start = parser.currentTokenLocation().getCharOffset();
                parser.nextToken();
                members.add(new Member(name, skeleton.cut(start), start, read(parser, skeleton)));
            }
        } else if (token == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                members.add(new Member("", null, position, read(parser, skeleton)));
            }
        }
        String text = token.isScalarValue() ? parser.getText() : "";
        return new JsonTemplateTree(token, text, skeleton.cut(position), position, members);
    }

    boolean isObject() {
        return token == JsonToken.START_OBJECT;
    }

    boolean isArray() {
        return token == JsonToken.START_ARRAY;
    }

    boolean isString() {
        return token == JsonToken.VALUE_STRING;
    }
}
