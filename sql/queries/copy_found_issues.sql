-- Purpose: rows on their way to found_issues.
copy found_issues (line_no, rule_code, severity, column_name, raw_value, impact_amount,
    business_key, message, salesperson_id, branch_id)
from stdin (format csv)
