package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.httpconnector.Body;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Converts a pill's value to the content of a body or part: bytes, a file, a stream, or text in UTF-8. */
final class BinaryValue {

    private BinaryValue() {}

    static boolean isBinaryContent(JsonNode value) {
        Object content = value instanceof POJONode pojo ? pojo.getPojo() : null;
        return content instanceof Path
                || content instanceof File
                || content instanceof Body.StreamSource
                || content instanceof InputStream;
    }

    static Body toBody(JsonNode value, String contentType) {
        try {
            if (value.isBinary()) {
                return Body.bytes(value.binaryValue(), contentType);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a binary node always has bytes", e);
        }
        if (value.isTextual()) {
            return Body.bytes(Escaping.utf8(value.textValue()), contentType);
        }
        Object content = value instanceof POJONode pojo ? pojo.getPojo() : null;
        if (content instanceof Path file) {
            return Body.file(file, contentType);
        }
        if (content instanceof File file) {
            return Body.file(file.toPath(), contentType);
        }
        if (content instanceof Body.StreamSource source) {
            return Body.stream(source, contentType);
        }
        if (content instanceof InputStream stream) {
            return Body.stream(stream, contentType);
        }
        throw new ValueRejectedException(
                Code.WRONG_TYPE,
                "is " + ValueType.of(value).phrase() + ": use a byte array, a Path, an InputStream, a"
                        + " Body.StreamSource or text");
    }
}
