package io.httpconnector.wizard;

/**
 * A value that a later step can use.
 *
 * @param path the path within the answer, to be used in pills behind the name of the step: {@code address.city},
 *     {@code lines[*].sku}
 * @param type {@code text}, {@code number}, {@code boolean}, {@code list}, {@code object}, or several with {@code |} between
 *     them
 * @param label a name for people, such as {@code Address City}
 */
public record OutputPill(String path, String type, String label) {}
