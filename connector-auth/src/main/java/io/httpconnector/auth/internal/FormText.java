package io.httpconnector.auth.internal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.List;
import java.util.regex.Pattern;

/** A form in the body of a response, as some servers send it instead of JSON. */
public final class FormText {

    private static final Pattern FORM = Pattern.compile("[^\\s=&<>{}\\[\\]\"]+=[^\\v<>{}\"]*");

    private FormText() {}

    /**
     * Returns whether a text can be a form: names and values in one line, without quotes and brackets.
     *
     * @param text the text, without white space around it
     * @return true for a form
     */
    public static boolean isForm(String text) {
        return FORM.matcher(text).matches();
    }

    /**
     * Parses a form.
     *
     * @param text the form
     * @return the fields, as strings
     */
    public static ObjectNode parse(String text) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        for (String pair : List.of(text.split("&", -1))) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return form;
    }

    private static String decoded(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        return decoded == null ? text : decoded;
    }
}
