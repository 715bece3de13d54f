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

/** The parsed structure of a JSON template: each value with its pieces and position. Parsed by Jackson. */
record JsonTemplateTree(
        JsonToken token,
        String text,
        JsonOutline.@Nullable StringPieces pieces,
        long position,
        List<JsonTemplateTree.MemberNode> members) {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A member of an object, or an element of an array (with an empty name). */
    record MemberNode(
            String name, JsonOutline.@Nullable StringPieces namePieces, long position, JsonTemplateTree value) {}

    /** Parses the outline. Returns null if it is invalid, with the reason added to {@code problems}. */
    static @Nullable JsonTemplateTree read(JsonOutline outline, List<TemplateProblem> problems) {
        try (JsonParser parser = FACTORY.createParser(outline.skeleton())) {
            if (parser.nextToken() == null) {
                problems.add(TemplateProblem.of(
                        SourceLocation.of("body"), Code.MALFORMED, null, "the body is empty: leave it out"));
                return null;
            }
            JsonTemplateTree tree = read(parser, outline);
            if (parser.nextToken() != null) {
                SourceLocation location =
                        outline.location(parser.currentTokenLocation().getCharOffset());
                problems.add(
                        TemplateProblem.of(location, Code.MALFORMED, null, "unexpected content after the JSON value"));
                return null;
            }
            return tree;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            SourceLocation location = at == null ? SourceLocation.of("body") : outline.location(at.getCharOffset());
            String message = String.valueOf(e.getOriginalMessage());
            problems.add(TemplateProblem.of(
                    location, Code.MALFORMED, null, message.lines().findFirst().orElse("")));
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from a string can't fail", e);
        }
    }

    private static JsonTemplateTree read(JsonParser parser, JsonOutline outline) throws IOException {
        JsonToken token = parser.currentToken();
        long position = parser.currentTokenLocation().getCharOffset();
        List<MemberNode> members = new ArrayList<>();
        if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                long start = parser.currentTokenLocation().getCharOffset();
                parser.nextToken();
                members.add(new MemberNode(name, outline.piecesAt(start), start, read(parser, outline)));
            }
        } else if (token == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                members.add(new MemberNode("", null, position, read(parser, outline)));
            }
        }
        String text = token.isScalarValue() ? parser.getText() : "";
        return new JsonTemplateTree(token, text, outline.piecesAt(position), position, members);
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
