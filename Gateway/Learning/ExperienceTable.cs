using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>
/// Experiences as a table: CSV (RFC 4180) in UTF-8, a heading, one line for each. Open objects are spread over columns by their paths: <c>context.host.name</c>; a point or a backslash within a name has a backslash in front.
/// A cell is read as JSON where it is a number, true, false, null, a list, an object or a text in quotes, else as the text that it is; an empty one is left out.
/// </summary>
internal static class ExperienceTable
{
    /// <summary>Media type.</summary>
    public const string MediaType = "text/csv";

    /// <summary>Columns at most.</summary>
    public const int ColumnsMax = 2_000;

    private const string Tags = "tags";
    private static readonly string[] Plain = ["id", "stream", "timestamp", "success", "feedback_score", "learning_type", Tags];
    private static readonly string[] Texts = ["id", "stream", "timestamp", "learning_type"];
    private static readonly string[] Open = ["context", "action_taken", "outcome", "performance_metrics"];
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly CsvConfiguration Form = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", Mode = CsvMode.RFC4180, ShouldQuote = cell => cell.Field.AsSpan().IndexOfAny(Quoted) >= 0 || cell.Field is [' ', ..] or [.., ' '] };

    /// <summary>Whether a body says that it is a table.</summary>
    public static bool IsSent(HttpRequest request) => request.ContentType?.Split(';')[0].Trim() is MediaType;

    /// <summary>Reads the lines of a body while it arrives, each as the JSON of one experience.</summary>
    /// <exception cref="InputException">The table is broken as a whole.</exception>
    public static async Task<int> ReadAsync(HttpContext http, GatewayOptions limits, ReadItem read)
    {
        using var text = new StreamReader(http.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
        using var table = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { Mode = CsvMode.RFC4180, MaxFieldSize = limits.BodyBytesMax, BadDataFound = Broken });
        try
        {
            if (!await table.ReadAsync()) { throw new InputException(JsonBody.Field, "a heading is required: the names of the columns"); }
            table.ReadHeader();
            var columns = table.HeaderRecord!.Select(Column.Of).ToArray();
            var count = 0;
            for (; await table.ReadAsync(); count++)
            {
                if (count >= limits.BulkItemsMax) { throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"a bulk request has at most {limits.BulkItemsMax} items"); }
                var cells = table.Parser.Record!;
                if (cells.Length != columns.Length) { throw new InputException(JsonBody.Field, $"line {table.Parser.RawRow} has {cells.Length} cells, and the heading {columns.Length}"); }
                read(count, JsonOf(columns, cells, table.Parser.RawRow));
            }
            return count;
        }
        catch (DecoderFallbackException) { throw new InputException(JsonBody.Field, "the table must be valid UTF-8"); }
        catch (MaxFieldSizeException) { throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"line {table.Parser.RawRow} has a cell of more than {limits.BodyBytesMax} characters"); }

        static void Broken(BadDataFoundArgs fault) => throw new InputException(JsonBody.Field, $"line {fault.Context.Parser!.RawRow} is not valid CSV: a quote stands where none may");
    }

    /// <summary>The columns that experiences need, beyond those that each has.</summary>
    public static void AddColumns(Experience experience, ISet<string> columns)
    {
        foreach (var (column, _) in OpenCells(experience)) { columns.Add(column); }
    }

    /// <summary>Writes the heading.</summary>
    public static async Task WriteHeadingAsync(CsvWriter table, IEnumerable<string> columns)
    {
        foreach (var column in Plain.Concat(columns)) { table.WriteField(column); }
        await table.NextRecordAsync();
    }

    /// <summary>A writer of tables.</summary>
    public static CsvWriter Writer(TextWriter text) => new(text, Form, leaveOpen: true);

    /// <summary>Writes one line.</summary>
    public static async Task WriteAsync(CsvWriter table, Experience experience, IEnumerable<string> columns)
    {
        var view = ExperienceResponse.From(experience);
        table.WriteField(TextCell(view.Id));
        table.WriteField(TextCell(view.Stream));
        table.WriteField(view.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        table.WriteField(view.Success ? "true" : "false");
        table.WriteField(view.FeedbackScore.ToString("R", CultureInfo.InvariantCulture));
        table.WriteField(WireName<LearningType>.Of(view.LearningType));
        table.WriteField(view.Tags.Count == 0 ? "" : JsonSerializer.Serialize(view.Tags.ToArray(), CellJson.Wire.StringArray));
        var cells = OpenCells(experience).ToDictionary(StringComparer.Ordinal);
        foreach (var column in columns) { table.WriteField(cells.GetValueOrDefault(column, "")); }
        await table.NextRecordAsync();
    }

    private static IEnumerable<KeyValuePair<string, string>> OpenCells(Experience experience)
    {
        foreach (var cell in Cells(Open[0], experience.ContextJson).Concat(Cells(Open[1], experience.ActionJson)).Concat(Cells(Open[2], experience.OutcomeJson))) { yield return cell; }
        foreach (var (name, value) in experience.Metrics) { yield return new($"{Open[3]}.{Escaped(name)}", value.ToString("R", CultureInfo.InvariantCulture)); }
    }

    private static IEnumerable<KeyValuePair<string, string>> Cells(string root, string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var cell in Of(root, document.RootElement)) { yield return cell; }

        static IEnumerable<KeyValuePair<string, string>> Of(string path, JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object when value.GetPropertyCount() > 0 || !path.Contains('.', StringComparison.Ordinal) => value.EnumerateObject().SelectMany(member => Of($"{path}.{Escaped(member.Name)}", member.Value)),
            JsonValueKind.String => [new(path, TextCell(value.GetString()!))],
            _ => [new(path, value.GetRawText())],
        };
    }

    // What would be read as something else, and what spreadsheets take for a formula, stands in quotes as JSON does.
    private static string TextCell(string text) =>
        text.Length > 0 && text[0] is not ('=' or '+' or '-' or '@' or '\t' or '\r') && Value(text) is JsonValue value && value.TryGetValue<string>(out var read) && read == text ? text : JsonSerializer.Serialize(text, CellJson.Wire.String);

    private static JsonNode? Value(string cell)
    {
        if (cell is not ("true" or "false" or "null") && cell[0] is not ('"' or '[' or '{' or '-' or (>= '0' and <= '9'))) { return JsonValue.Create(cell); }
        try { return JsonNode.Parse(cell); }
        catch (JsonException) { return JsonValue.Create(cell); }
    }

    private static byte[] JsonOf(Column[] columns, string[] cells, int line)
    {
        var experience = new JsonObject { [Open[0]] = new JsonObject(), [Open[1]] = new JsonObject(), [Open[2]] = new JsonObject() };
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Length > 0 && !columns[i].TrySet(experience, cells[i])) { throw new InputException(columns[i].Name, $"line {line}: {columns[i].Name} is a value in one column, and holds others by another"); }
        }
        return Encoding.UTF8.GetBytes(experience.ToJsonString(AsWritten));
    }

    private static string Escaped(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(".", "\\.", StringComparison.Ordinal);

    /// <summary>A column and where its cells belong.</summary>
    private sealed record Column(string Name, string[] Path)
    {
        public static Column Of(string name)
        {
            if (Plain.Contains(name)) { return new(name, [name]); }
            var path = Split(name);
            return path.Length > 1 && Open.Contains(path[0]) ? new(name, path)
                : throw new InputException(name, $"the column '{name}' is not known here; known: {string.Join(", ", Plain)}, and paths that begin with {string.Join(", ", Open.Select(root => root + "."))}");
        }

        /// <summary>Puts a cell into its place; false where something else is there.</summary>
        public bool TrySet(JsonObject experience, string cell)
        {
            var place = experience;
            foreach (var name in Path.AsSpan(0, Path.Length - 1))
            {
                if (!place.TryGetPropertyValue(name, out var next)) { place[name] = next = new JsonObject(); }
                if (next is not JsonObject inner) { return false; }
                place = inner;
            }
            return place.TryAdd(Path[^1], ValueOf(cell));
        }

        // What is a text or a list of texts anyhow may stand there as it is.
        private JsonNode? ValueOf(string cell) => Path switch
        {
            [Tags] when cell[0] != '[' => new JsonArray([.. cell.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(tag => JsonValue.Create(tag))]),
            [var name] when Texts.Contains(name) && cell[0] != '"' => JsonValue.Create(cell),
            _ => Value(cell),
        };

        private static string[] Split(string path)
        {
            var (parts, part) = (new List<string>(), new StringBuilder());
            for (var i = 0; i < path.Length; i++)
            {
                if (path[i] == '\\' && i + 1 < path.Length) { part.Append(path[++i]); }
                else if (path[i] == '.')
                {
                    parts.Add(part.ToString());
                    part.Clear();
                }
                else { part.Append(path[i]); }
            }
            return [.. parts, part.ToString()];
        }
    }
}
